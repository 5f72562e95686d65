# العربية. الأسماء هي نفسها في en.ftl.

window-title = Undertone
window-title-unread = ({ $count }) Undertone
loading = جارٍ فتح محادثاتك …
closing = جارٍ القفل …
close = إغلاق
cancel = إلغاء
back = رجوع
next = التالي
save = حفظ
paste = لصق
copied = نُسخ
search = بحث
lock = قفل
stopped = توقف ملفك لأن الحفظ غير ممكن. أفسح مكاناً ثم شغّل البرنامج من جديد.

# أول تشغيل
hello-title = مرحباً بك في Undertone
hello-first = راسل من تعرفهم بلا حساب، وبلا رقم هاتف، وبلا شركة بينكم.
hello-second = كل شيء يمر عبر شبكة Tor من حاسوبك إلى حاسوبهم مباشرة، فلا يعرف أحد في الوسط من يكلّم من.
hello-third = رسائلك ومفاتيحك محفوظة على هذا الحاسوب وحده، مختومة بعبارة مرور لا يستطيع أحد استعادتها.
hello-begin = ابدأ
welcome-step = الخطوة { $now } من { $all }
name-title = بماذا يناديك الناس؟
name-hint = لا يرى هذا الاسم إلا من تراسلهم. ليس من الضروري أن يكون اسمك الحقيقي، ويمكنك تغييره لاحقاً.
name-label = اسمك
name-placeholder = مثلاً: روبن
passphrase-title = اختر عبارة مرور
passphrase-hint = بها يُختم كل شيء على هذا الحاسوب. أربع كلمات أو أكثر لا صلة بينها اختيار جيد. لا يستطيع أحد استعادتها: إن نسيتها ضاع كل شيء.
passphrase-label = عبارة المرور
passphrase-placeholder = عدة كلمات
passphrase-again = مرة أخرى
passphrase-differs = العبارتان غير متطابقتين.
strength-none = لم تُكتب بعد
strength-weak = سهلة التخمين جداً
strength-fair = ما زالت سهلة التخمين؛ أضف كلمة
strength-good = جيدة
strength-strong = جيدة جداً
create-button = أنشئ ملفي
create-busy = جارٍ ختم ملفك …

# فتح القفل
unlock-title = مقفل
unlock-hint = أدخل عبارة المرور.
unlock-passphrase = عبارة المرور
unlock-button = افتح القفل
unlock-busy = جارٍ فتح القفل …
unlock-another = فتح قفل ملف آخر
unlock-another-hint = ما هو مفتوح القفل يبقى متصلاً في هذه الأثناء.
unlock-back = رجوع
unlock-another-open = فتح قفل ملف آخر
lock-this = قفل هذا الملف فقط
switch-to = الانتقال إلى { $name }
switch-to-unread = الانتقال إلى { $name }: غير مقروء { $count }

failure-passphrase = هذه العبارة لا تفتح شيئاً هنا.
failure-in-use = إنه مفتوح في نافذة أخرى أو برنامج آخر.
failure-already-open = إنه مفتوح القفل هنا بالفعل.
failure-exists = يوجد هنا شيء لا تفتحه هذه العبارة.
failure-home = لا يمكن استخدام المجلد: إنه مفقود أو ممتلئ أو مفتوح لآخرين على هذا الحاسوب.
failure-damaged = لا يمكن قراءة المحفوظ. قد يكون تالفاً أو من إصدار آخر.
failure-name = الاسم من 1 إلى 128 بايت وبلا محارف تحكم.
failure-network = تعذّر تشغيل Tor. شغّل البرنامج من جديد.

# الجانب
new-conversation = محادثة جديدة
invite-open = دعوتي
settings-open = الإعدادات
requests = طلبات التواصل
list-empty = لا محادثات بعد.
list-not-found = لم يُعثر على شيء.
archive-show =
    { $count ->
        [zero] لا محادثات مؤرشفة ({ $count })
        [one] محادثة مؤرشفة واحدة ({ $count })
        [two] محادثتان مؤرشفتان ({ $count })
        [few] { $count } محادثات مؤرشفة
        [many] { $count } محادثة مؤرشفة
       *[other] { $count } محادثة في الأرشيف
    }
archive-leave = العودة إلى كل المحادثات
typing = يكتب الآن …
preview-none = لا رسائل بعد
preview-draft = مسودة: { $words }
preview-timer = تغيّر اختفاء الرسائل
preview-covered = مغطى
unread-count =
    { $count ->
        [zero] لا رسائل غير مقروءة ({ $count })
        [one] رسالة غير مقروءة ({ $count })
        [two] رسالتان غير مقروءتين ({ $count })
        [few] { $count } رسائل غير مقروءة
        [many] { $count } رسالةً غير مقروءة
       *[other] { $count } رسالة غير مقروءة
    }
profile-hidden = يظهر غير متصل
network-short-ready = متصل
network-short-on-the-way = جارٍ الاتصال، { $percent }٪
network-short-off = غير متصل
network-short-none = لا اتصال

# الشبكة
network-ready = متصل بشبكة Tor.
network-dormant = شبكة Tor لا تعمل بعد.
network-bootstrapping = جارٍ الاتصال بشبكة Tor: { $percent }٪
network-none = لا طريق إلى شبكة Tor.
network-clock = ساعة هذا الحاسوب غير صحيحة.
network-stuck = الاتصال بشبكة Tor عالق عند { $percent }٪.
network-why-bootstrapping = قد يستغرق هذا بضع دقائق في المرة الأولى لأن قائمة المرحّلات تُجلب. يمكنك المتابعة في هذه الأثناء.
network-why-stuck = هناك عائق: شبكة تحجب Tor، أو جدار حماية، أو خط بطيء. البرنامج يواصل المحاولة.
network-why-none = هل هذا الحاسوب متصل بالإنترنت؟ بعض الشبكات تحجب Tor؛ وهذا الإصدار لا يتجاوز الحجب.
network-why-clock = تحتاج شبكة Tor إلى التاريخ والوقت الصحيحين. اضبط الساعة من فضلك؛ وسيتابع البرنامج وحده.
retry = حاول الآن
retry-all = حاول مرة أخرى الآن
way-connected = متصل
way-invisible = أنت غير مرئي لجهة الاتصال هذه؛ الرسائل تنتظر
way-withheld = لا يُتبادل شيء: حظرتَ من عرّفكما أو أنت غير مرئي له. احظر جهة الاتصال هذه أيضاً وتواصلا بطريق آخر
way-hidden = تظهر غير متصل؛ الرسائل تنتظر
way-disk-full = القرص ممتلئ؛ الرسائل تنتظر
way-not-tried = غير متصل بعد
way-dialling = جارٍ الاتصال …
way-no-network = لا اتصال بشبكة Tor
way-clock = ساعة هذا الحاسوب غير صحيحة
way-bootstrapping = في انتظار شبكة Tor
way-away = غائب، أو برنامجه لا يعمل
way-not-admitted = بابه لا يسمح لك بالدخول الآن
way-introduction = غائب منذ قليل، أو الطريق مضطرب
way-rendezvous = استغرق الطريق عبر Tor وقتاً طويلاً
way-refused = رفض برنامجه
way-no-answer = برنامجه لا يجيب
way-broken = انقطع الاتصال
way-failed = فشل الطريق عبر Tor
way-next = { $reason }؛ المحاولة التالية بعد { $time }
stage-requested = أرسلت طلباً؛ لا جواب بعد
stage-no-answer = أرسلت الطلب عدة مرات؛ لم يأت جواب
stage-accepting = قُبل الطلب؛ جارٍ إبلاغه
stage-undecided = يطلب التواصل معك
stage-rejected = مرفوض
stage-blocked = محظور
stage-myself = تبقى هنا ولا تُرسل أبداً

# صفحة البداية
start-title = أهلاً { $name }
start-invite = ادعُ أحداً
start-invite-hint = أنشئ دعوة وسلّمها: برسالة أو على ورق أو رمز QR.
start-add = لديّ دعوة
start-add-hint = الصق دعوة أعطاك إياها أحد.
start-keys = يجد Ctrl+K كل أمر ومحادثة، ويبدأ Ctrl+N محادثة جديدة، ويبحث Ctrl+F، ويقفل Ctrl+L فوراً، ويغيّر Ctrl مع + أو - حجم النص. أما Ctrl+Shift+Backspace فللطوارئ: إذا ضُغط مرتين أتلف كل شيء.

# الدعوة
invite-title = دعوتي
invite-loading = لحظة …
invite-hint = من يحصل على دعوتك يستطيع أن يطلب التواصل معك، ثم تقرر أنت.
invite-one = لشخص واحد. تنتهي حين يرسل طلبه.
invite-many = لعدة أشخاص. كل من يحصل عليها يستطيع أن يطلب حتى تغلقها.
invite-reachable = يمكن استخدامها الآن
invite-not-reachable = جارٍ نشرها؛ قد يستغرق ذلك دقيقة
invite-copy = نسخ
invite-shut = أغلقها إلى الأبد
invite-next = { $now } من { $all }
invite-make-one = دعوة جديدة لشخص واحد
invite-make-many = دعوة جديدة لعدة أشخاص
invite-covered = مغطاة ما دامت الأسماء مخفية. النسخ يعمل.

# محادثة جديدة
add-title = محادثة جديدة
add-hint = الصق الدعوة التي أُعطيت لك. يرى صاحبها اسمك وتحيتك ويقرر هل يقبل.
add-invitation = الدعوة
add-invitation-placeholder = undertone:…
add-name = بماذا تسميه (لا يراه غيرك)
add-name-placeholder = اختياري
add-greeting = تحية
add-greeting-placeholder = كي يعرف أنه أنت
add-submit = أرسل طلب التواصل
add-busy = جارٍ الإرسال …

# الطلبات
requests-hint = كل من لديه إحدى دعواتك يستطيع أن يطلب، بأي اسم. الرفض لا يخبره بشيء.
requests-none = لا طلبات في الانتظار.
request-no-greeting = بلا تحية
request-accept = قبول
request-reject = رفض
request-block = حظر

# المحادثة
conversation-begin = هنا تبدأ المحادثة. لا يقرؤها غيركما.
history-loading = جارٍ تحميل الرسائل …
day-today = اليوم
day-yesterday = أمس
day-date = { $day } { $month } { $year }
day-short = { $day }/{ $month }
month-name =
    { $month ->
        [1] يناير
        [2] فبراير
        [3] مارس
        [4] أبريل
        [5] مايو
        [6] يونيو
        [7] يوليو
        [8] أغسطس
        [9] سبتمبر
        [10] أكتوبر
        [11] نوفمبر
       *[12] ديسمبر
    }
jump = أحدث الرسائل
jump-unread =
    { $count ->
        [zero] لا رسائل جديدة ({ $count })
        [one] رسالة جديدة ({ $count })
        [two] رسالتان جديدتان ({ $count })
        [few] { $count } رسائل جديدة
        [many] { $count } رسالةً جديدة
       *[other] { $count } رسالة جديدة
    }
verified-tip = قارنت الرموز مع جهة الاتصال هذه
panel-open = عن جهة الاتصال هذه
message-deleted = حُذفت هذه الرسالة
message-unsupported = رسالة من إصدار أحدث؛ لا يستطيع هذا البرنامج عرضها
message-edited = معدّلة
message-forwarded = محوّلة
message-more = أظهر المزيد
message-cut = لا تظهر البقية هنا. النسخ يعطي الرسالة كاملة.
quote-unknown = رسالة سابقة
delivery-waiting = تنتظر على هذا الحاسوب. { $reason }.
delivery-sent = أُرسلت؛ لم يصل تأكيد بعد
delivery-received = حُفظت على حاسوبه
delivery-read = يقول إنه قرأها
reaction-join = تفاعل مثله
reaction-take-back = تراجع
action-reply = رد
action-copy = نسخ
action-forward = تحويل
action-edit = تعديل
action-pin = تثبيت
action-unpin = إلغاء التثبيت
action-delete = حذف
timer-on-mine = جعلت الرسائل تختفي بعد القراءة بـ { $time }
timer-on-theirs = جعل الطرف الآخر الرسائل تختفي بعد القراءة بـ { $time }
timer-off-mine = تركت الرسائل باقية من هنا
timer-off-theirs = ترك الطرف الآخر الرسائل باقية من هنا
seconds =
    { $count ->
        [zero] { $count } ثانية
        [one] ثانية واحدة ({ $count })
        [two] ثانيتان ({ $count })
        [few] { $count } ثوانٍ
        [many] { $count } ثانيةً
       *[other] { $count } ثانية
    }
minutes =
    { $count ->
        [zero] { $count } دقيقة
        [one] دقيقة واحدة ({ $count })
        [two] دقيقتان ({ $count })
        [few] { $count } دقائق
        [many] { $count } دقيقةً
       *[other] { $count } دقيقة
    }
hours =
    { $count ->
        [zero] { $count } ساعة
        [one] ساعة واحدة ({ $count })
        [two] ساعتان ({ $count })
        [few] { $count } ساعات
        [many] { $count } ساعةً
       *[other] { $count } ساعة
    }
days =
    { $count ->
        [zero] { $count } يوم
        [one] يوم واحد ({ $count })
        [two] يومان ({ $count })
        [few] { $count } أيام
        [many] { $count } يوماً
       *[other] { $count } يوم
    }
composer-placeholder = اكتب رسالة
composer-reply = رداً على
composer-edit = تعدّل رسالتك
composer-left =
    { $count ->
        [zero] لم يبق شيء ({ $count })
        [one] بقي بايت واحد ({ $count })
        [two] بقي بايتان ({ $count })
        [few] بقيت { $count } بايتات
        [many] بقي { $count } بايتاً
       *[other] بقي { $count } بايت
    }
composer-too-long = طويلة جداً: الرسالة حتى 65,536 بايت. أرسلها على أجزاء.
send = إرسال
emoji-open = رموز تعبيرية
emoji-title = رموز تعبيرية
emoji-search = ابحث بالاسم
emoji-none = لا رمز بهذا الاسم.

# أسئلة
delete-title = حذف الرسالة
delete-words = تُحذف على هذا الحاسوب، وتبقى على الآخر.
delete-words-mine = الحذف عند الطرفين يطلب من برنامجه حذفها أيضاً؛ ولا يمكنك التأكد من ذلك.
delete-me = احذف عندي
delete-both = احذف عند الطرفين
clear-title = حذف كل الرسائل
clear-words = تُتلف كل رسائل هذه المحادثة على هذا الحاسوب، وتبقى على الآخر.
clear-yes = احذف الكل
block-title = حظر
block-words = سيرى { $name } ما كان سيراه لو لم تعد أبداً. تُتلف كل المفاتيح: لا يمكن التراجع.
block-yes = احظر إلى الأبد
link-title = هذا الرابط يغادر Tor
link-words = فتحه في متصفح عادي يُظهر لذلك الموقع ولشبكتك من أنت. انسخه وافتحه في متصفح Tor.
link-copy = انسخ العنوان
forward-title = تحويل إلى
forward-hint = يُرى أنها محوّلة، ولا يُرى ممّن.

# جهة الاتصال
panel-title = جهة الاتصال
panel-nickname = يسمي نفسه { $name }
pet-name = بماذا تسميه
pet-name-placeholder = لا يراه غيرك
verify-title = رمز الأمان
verify-done = قارنت الرموز: إنه من تظن.
verify-not-done = لم تُقارن بعد. ربما أعطاك أحد دعوة مزيفة.
verify-hint = اقرآ هذه الأرقام بعضكما لبعض بالصوت، أو ضعا الشاشتين جنباً إلى جنب. يجب أن تتطابق.
verify-same = إنها متطابقة
verify-undo = لم تعد مقارنة
panel-conversation = المحادثة
panel-pinned = أبقها في الأعلى
panel-muted = عدم الإزعاج
panel-archived = أرشفة
panel-read = أخبره بما قرأت
panel-typing = أخبره حين تكتب

# الإعدادات
settings-title = الإعدادات
settings-appearance = المظهر
settings-privacy = الخصوصية
settings-network = الشبكة
settings-profile = الملف
settings-about = حول
settings-theme = الألوان
theme-system = مثل النظام
theme-light = فاتح
theme-dark = داكن
theme-contrast = تباين عالٍ
settings-language = اللغة
settings-rtl-hint = تُعرض من اليمين إلى اليسار. أثناء الكتابة قد يقف المؤشر في غير مكانه.
settings-size = حجم النص
percent = { $number }٪
settings-appearance-hint = تُحفظ هذه الاختيارات مختومةً مع ملفك، وتسري من جديد حين يُفتح.
settings-read = أخبر جهات الاتصال بما قرأت
settings-read-hint = عند الإيقاف يعرفون أن الرسالة وصلت، لا أكثر.
settings-typing = أخبر جهات الاتصال حين تكتب
settings-typing-hint = فقط ما دمتما متصلين.
settings-earlier = احتفظ بالنص قبل التعديل
settings-earlier-hint = على هذا الحاسوب، للرسائل التي تغيّرها جهات الاتصال.
settings-presentation = غطِّ الأسماء والمعاينات
settings-presentation-hint = حين يرى آخرون شاشتك. تبقى المحادثات المفتوحة مقروءة.
settings-lock = القفل تلقائياً
lock-never = أبداً
lock-after = إذا لم يكن أحد هنا لمدة { $time }
settings-lock-hint = كما في Ctrl+L: يُغلق الملف ويختفي كل شيء من الشاشة، ولا يصل شيء حتى يُفتح القفل.
settings-retention = كم تبقى الرسائل هنا
settings-retention-hint = يمكن أن يكون لكل محادثة إعدادها.
retention-until = حتى أحذفها
retention-after = بعد القراءة بـ { $time }
retention-nothing = لا تُحفظ: فقط ما دام البرنامج يعمل
retention-default = مثل كل المحادثات
settings-doors = يمكن الوصول إلى { $count } من { $all } من عناوينك.
settings-contacts = جهات الاتصال
settings-nickname = الاسم الذي تراه جهات الاتصال
settings-status = كلمات عنك تراها جهات الاتصال
settings-profile-hint = تعلم جهات الاتصال بالتغيير حين تكون متصلة.
about-version = Undertone { $version }
about-words = برنامج مراسلة بلا وسيط. تتحادث جهات الاتصال مباشرة عبر خدمات onion في Tor، مشفّرة من طرف إلى طرف.
about-audit = حديث ولم يدققه أحد. لا تراهن عليه بسلامتك بعد.
about-licences = Undertone برنامج حر برخصة MIT أو Apache-2.0. يحتوي على خطوط Inter وJetBrains Mono وNoto Sans Arabic (SIL Open Font License)، ورموز Lucide (ISC)، وأسماء الإيموجي من Unicode (Unicode License 3.0)، والحزمتين equix وhashx (LGPL-3.0).

# الأوامر
palette-title = ماذا تريد أن تفعل؟
palette-search = محادثة أو أمر
palette-hint = ↑ ↓ للاختيار، Enter للتنفيذ، Esc للإغلاق
palette-dark = ألوان داكنة
palette-light = ألوان فاتحة
palette-contrast = ألوان عالية التباين
palette-presentation = غطِّ الأسماء أو أظهرها

# ماذا تكشف المحادثة
privacy-open = ماذا يُكشف ولمن
privacy-title = ماذا تكشف هذه المحادثة
reveal-me = هذا الحاسوب
reveal-me-until = تُحفظ الرسائل هنا مختومة حتى تحذفها.
reveal-me-after = تُحفظ الرسائل هنا مختومة حتى تمضي بعد القراءة { $time }.
reveal-me-nothing = الرسائل في الذاكرة فقط، وتزول حين ينتهي البرنامج.
reveal-timer = يحذف البرنامجان الرسائل بعد القراءة بـ { $time }؛ والبرنامج المعدَّل غير ملزم بذلك.
reveal-me-computer = من يتحكم في هذا الحاسوب وهو مفتوح القفل يستطيع قراءة كل شيء.
reveal-contact = جهة الاتصال
reveal-contact-words = يعرف { $name } ما تكتب ومتى، والاسم والحالة اللذين اخترتهما. يستطيع إظهار ذلك لغيره، لا إثبات أنه منك.
reveal-contact-online = يرى متى يكون برنامجك متصلاً ببرنامجه.
reveal-contact-profile = صورتك واسمك وحالتك هي نفسها لكل جهات الاتصال أياً كان العنوان الذي تعرفه. إذا قارنها اثنان منهم عرفا أنهما يعرفان الشخص نفسه.
reveal-read-on = يُخبَر بما قرأت.
reveal-read-off = لا يُخبَر بما قرأت، بل بأنه وصل فقط.
reveal-typing-on = يُخبَر حين تكتب.
reveal-typing-off = لا يُخبَر حين تكتب.
reveal-verified = قارنتما الرموز، فلا يستطيع أحد في الوسط أن ينتحل شخصيته.
reveal-not-verified = لم تقارنا الرموز: إن بُدّلت الدعوة في طريقها فربما يقرأ شخص آخر.
reveal-muted = لا يعلم أنك أوقفت التنبيهات.
reveal-network = الشبكة
reveal-network-tor = يرى مزوّدك أنك تستخدم Tor وكم، لا مع من ولا لماذا. وكذلك مزوّده.
reveal-network-relays = تمرر مرحّلات Tor خلايا مختومة. ومن يراقب الطرفين معاً قد يقارن أوقات نشاطكما.
reveal-server = خادم
reveal-server-none = لا يوجد خادم: تتحادثان مباشرة. لذلك لا يصل شيء ما دام أحدكما غائباً.

# رُفض
refused-invitation = هذه ليست دعوة يفهمها هذا الإصدار. هل هي كاملة؟
refused-own-invitation = هذه دعوتك أنت. أعطها لغيرك.
refused-used = استخدمت هذه الدعوة من قبل.
refused-greeting = التحية حتى 500 بايت.
refused-status = الحالة حتى 256 بايت وبلا محارف تحكم.
refused-timer = هذه المدة غير ممكنة.
refused-reaction = التفاعل رمز تعبيري واحد.
refused-not-yours = لا تُغيَّر إلا رسائلك.
refused-not-connected = جهة الاتصال غير متصلة الآن.
refused-too-soon = كان ذلك قبل لحظة؛ انتظر قليلاً.
refused-pinned = يمكن تثبيت 64 رسالة على الأكثر؛ ألغ تثبيت واحدة أولاً.
refused-empty = الرسالة فارغة.
refused-queue = ينتظر الكثير لجهة الاتصال هذه.
refused-too-many = الكثير مفتوح بالفعل؛ أغلق واحدة أولاً.
refused-codes = الرموز مختلفة: ليس من تظن.
refused-not-a-code = هذا ليس رمزاً من هذا الإصدار.
refused-own-code = هذا رمزك أنت.
refused-request = لا يمكن قبول هذا الطلب: إنه تالف.
refused-closed = الملف مغلق.
refused-storage = تعذّر الحفظ: القرص ممتلئ أو لا يقبل الكتابة.
refused-no-message = لم تعد هذه الرسالة موجودة.
refused-gone = لم يعد هذا موجوداً.
refused-stage = هذا غير ممكن مع جهة الاتصال هذه الآن.
refused-unsupported = لا يستطيع هذا الإصدار ذلك.

# نسخ الملف
delivery-unknown = كانت تنتظر حين صُنعت النسخة التي استُعيد منها هذا الملف؛ ربما وصلت
line-restored = من هنا يستخدم الطرف الآخر نسخة مستعادة من ملفه
copy-perhaps = ربما تستخدم جهات اتصالك نسخة أحدث من هذا الملف استُعيدت في مكان آخر. إن لم تكن أنت من فعل ذلك فلا تكتب هنا.
copy-replaced = استُعيدت نسخة أحدث من هذا الملف في مكان آخر وجهات اتصالك تستخدمها. لا يُرسل شيء من هنا.
refused-replaced = تتابع جهة الاتصال هذه مع نسخة أحدث من ملفك
refused-busy = يصل الكثير في هذه اللحظة؛ حاول مرة أخرى.

# Notifications
settings-notices = الإشعارات
notices-none = بلا إشعارات
notices-plain = أن هناك رسالة
notices-named = وممن هي أيضاً
settings-notices-hint = لا يُعرض نص الرسالة أبداً. قد يحتفظ سطح المكتب بالإشعارات ويعرضها والشاشة مقفلة.
notice-messages =
    { $count ->
        [zero] لا رسائل جديدة
        [one] رسالة جديدة
        [two] رسالتان جديدتان
        [few] { $count } رسائل جديدة
        [many] { $count } رسالةً جديدة
       *[other] { $count } رسالة جديدة
    }
notice-from =
    { $count ->
        [zero] لا رسائل جديدة من { $name }
        [one] رسالة جديدة من { $name }
        [two] رسالتان جديدتان من { $name }
        [few] { $count } رسائل جديدة من { $name }
        [many] { $count } رسالةً جديدة من { $name }
       *[other] { $count } رسالة جديدة من { $name }
    }
notice-request = يطلب أحدهم أن يكون جهة اتصال لك

# Panic
settings-panic = الطوارئ
panic-open = إتلاف كل شيء …
panic-title = إتلاف كل شيء؟
panic-words = تُكتب مفاتيح كل الملفات في هذا المكان فوقها فوراً: تضيع الأسماء وجهات الاتصال والرسائل إلى الأبد، ولا تفتح أي عبارة مرور شيئاً هنا. اضغط Ctrl+Shift+Backspace مرة أخرى، أو الزر.
panic-yes = أتلف كل شيء الآن
panic-no = رجوع (Esc)
panic-busy = يجري الإتلاف …
panic-failed = تعذّرت الكتابة فوق كل شيء: قد تفتحه عبارة مرور بعد. أتلف الملفات نفسها.

# Search
found-messages = الرسائل
found-busy = يجري البحث …
found-none = لا رسالة فيها هذه الكلمات.
found-more = أقدم
found-index = ما زال البحث قيد الإعداد ({ $percent } %): قد تنقص رسائل قديمة.
span-all = أي وقت
span-week = ٧ أيام
span-month = ٣٠ يوماً
span-year = سنة
find-open = ابحث في هذه المحادثة
find-placeholder = ابحث في هذه المحادثة
find-count = { $now } من { $all }
find-count-more = { $now } من أكثر من { $all }
find-older = أقدم
find-newer = أحدث
refused-search = اكتب كلمة للبحث عنها.

# Short code
short-title = قارنا سبعة رموز تعبيرية
short-hint = ما دمتما متصلين، تظهر على الشاشتين الرموز السبعة نفسها. اقرآها بعضكما لبعض بالصوت، من اليسار إلى اليمين.
short-begin = أظهر سبعة رموز على الشاشتين
short-wait = في انتظار الشاشة الأخرى …
short-same = هي نفسها
short-differ = هي مختلفة
short-differ-hint = إن اختلفت فقد يكون بينكما أحد: لا تثق بجهة الاتصال هذه، وتبادلا دعوات جديدة بطريقة أخرى.
short-open = قارن سبعة رموز تعبيرية …
short-now = سبعة رموز على الشاشتين الآن. قارن

# Disappearing messages
timer-title = الرسائل المختفية
timer-hint = متفق عليه بينكما: يحذف البرنامجان الرسائل الجديدة بعد قراءتها بهذه المدة. لكل منكما تغييره، ويراه كلاكما. قد لا يحذفها برنامج معدَّل.
timer-stay = تبقى
timer-tip = تختفي الرسائل الجديدة بعد قراءتها بمدة { $time }

# Earlier words
action-earlier = ما كانت تقوله من قبل
earlier-title = ما كانت تقوله من قبل
earlier-none = لم يُحفظ منه شيء. يمكنك في الإعدادات، تحت الخصوصية، أن تختار حفظ النص السابق للتعديل.
earlier-until = حتى { $day }، { $time }

# Picture
picture-title = رمز QR من صورة
picture-open = من صورة …
picture-hint-invitation = خذ الدعوة من صورة رمز QR الخاص بها.
picture-hint-code = التقط صورة للرمز على شاشة جهة الاتصال وقارنه هنا.
picture-drop = اختر الملف أو أفلته على هذه النافذة أو اكتب اسمه. تُقرأ صيغتا PNG وJPEG.
picture-file = الملف
picture-placeholder = /home/…/code.png
picture-read = اقرأ
picture-busy = تجري القراءة …
scan-file = تتعذّر قراءة هذا الملف، أو يزيد على 20 م.ب.
scan-picture = ليست هذه صورة تمكن قراءتها هنا.
scan-no-code = لم يُعثر فيها على رمز QR. هل الصورة واضحة والرمز كامل؟

# Profiles
passphrase-change = غيّر عبارة المرور
passphrase-change-open = تغيير عبارة المرور …
passphrase-change-hint = يُغلق الملف لحظةً ثم يُفتح. من لديه نسخة قديمة من الملفات يستطيع فتحها بعد بعبارة المرور القديمة.
passphrase-present = عبارة مرور هذا الملف
passphrase-new = عبارة المرور الجديدة
beside-open = ملف آخر …
beside-title = ملف آخر
beside-hint = يتسع هذا المكان لأربعة ملفات، لكل منها عبارة مرور. لا يعرف أحد كم عددها. يمكن فتح قفل عدة ملفات معاً؛ وما هو مفتوح يبقى كذلك ولا يُمحى.
beside-warning = لأن لا شيء يدل على الملفات الموجودة، قد يُكتب فوق ملف لم تُكتب عبارة مروره هنا دون أثر.
beside-other = عبارة مرور ملف آخر يُحتفظ به (اختياري)
beside-name = اسم الملف الجديد
beside-submit = أنشئ الملف وانتقل إليه
failure-taken = تفتح عبارة المرور هذه شيئاً هنا بالفعل. اختر غيرها.

# Export and import
export-open = تصدير هذا الملف …
export-title = صدّر هذا الملف
export-hint = ملف مختوم فيه جهات الاتصال والإعدادات والرسائل، للبدء من جديد على حاسوب آخر. لا تُستعمل إلا نسخة واحدة: تواصل جهات الاتصال مع الأحدث. يُغلق الملف أثناء الكتابة.
export-file = ملف جديد
export-placeholder = /media/…/undertone.export
export-passphrase = عبارة مرور التصدير
export-submit = اكتب التصدير
export-busy = يجري التصدير: كتابة ثم قراءة للتأكد …
export-done = تم التصدير والتحقق منه.
import-open = لديّ تصدير
import-title = ابدأ من جديد من تصدير
import-hint = تواصل جهات الاتصال مع هذه النسخة، وتعلم الأقدم أنها استُبدلت. لا يتغير شيء قبل التحقق من الملف كله.
import-submit = استيراد
import-busy = يجري التحقق والاستيراد …
failure-export = ليس هذا تصديراً تفتحه عبارة المرور هذه، أو هو تالف.
failure-file = تتعذّر كتابة الملف أو قراءته.
failure-file-exists = هناك ملف بهذا الاسم. لم يُكتب شيء.

# People
profile-away = غائب
way-connected-away = متصل؛ يقول إنه غائب
notes-title = ملاحظات لنفسك
notes-open = ملاحظات لنفسك
notes-begin = هنا تبدأ ملاحظاتك. تُحفظ كسائر الرسائل ولا تُرسل أبداً.
delete-words-note = تُحذف هذه الملاحظة إلى الأبد.
clear-words-notes = تُتلف كل ملاحظاتك.
resembles = انتبه: { $name } يحمل هذا الاسم أيضاً. يستطيع أي شخص اختيار أي اسم. قارنا الرموز، أو اسأل بطريقة أخرى من هذا، قبل أن تكتب شيئاً.
resembles-tip = يحمل اسم جهة اتصال أخرى
panel-introduced = عرّفك به { $by } باسم { $name }.
waits-contact = { $name } غير متصل. ما ترسله ينتظر هنا ويخرج من تلقاء نفسه.
waits-hidden = تظهر غير متصل. ما ترسله ينتظر هنا حتى تعود.
waits-invisible = أنت غير مرئي لـ { $name }. ما تكتبانه ينتظر.

# Presence
settings-presence = هل أنا موجود؟
presence-online = متصل
presence-online-hint = ترى جهات الاتصال أنك متصل.
presence-away = غائب
presence-away-hint = تصل الرسائل وتُرسل. تُبلَّغ جهات الاتصال بأنك غائب؛ لا شيء يراقب لوحة مفاتيحك.
presence-offline = الظهور غير متصل
presence-offline-hint = لا يُتصل بأحد ولا يصل إليك أحد، كأن البرنامج لا يعمل. تنتظر الرسائل عند الطرفين.
settings-requests = يستطيع الغرباء الذين لديهم دعوة أن يطلبوا
settings-requests-hint = إيقاف: تُغلق عناوين كل دعواتك ولا يرى أحد من خلالها إن كنت موجوداً. تبقى الدعوات صالحة؛ ويعيد برنامج من يطلب في هذه الأثناء المحاولة مدة 14 يوماً.
invite-closed-now = مغلقة الآن: الطلبات متوقفة، أو أنت غير مرئي لمن استعملها

# Addresses
circle-title = عنوانك لجهة الاتصال هذه
circle-alone = لا أحد غيره يعرف هذا العنوان.
circle-shared = يعرف العنوان نفسه { $names }.
circle-hint = من يعرفون العنوان نفسه يستطيعون بالمقارنة أن يعلموا أنهم يعرفون الشخص نفسه. وما عُرف قبل التغيير يبقى معروفاً.
circle-same-name = ما يرونه منك، الصورة والاسم والحالة، هو نفسه في كل عنوان: به يعرف من لديهم عناوين مختلفة أيضاً أنك الشخص نفسه، ما لم تغيّره.
circle-not-reachable = لا يمكن الوصول إليه بعد.
circle-move = مشاركة عنوان آخر …
circle-renew = عنوان جديد لهم جميعاً
circle-renew-one = عنوان جديد
circle-own = عنوان خاص به
circle-with = العنوان الذي يعرفه { $names }
circle-nowhere = لا يوجد عنوان آخر للمشاركة.
panel-invisible = غير مرئي لجهة الاتصال هذه
panel-invisible-hint = يرى ما كان سيراه لو لم يكن هذا البرنامج يعمل. تنتظر الرسائل عند الطرفين. ومن كان يشارك العنوان يُبلَّغ بعنوان جديد.

# Introductions
introductions = التعريفات
introduce-open = عرّفه بشخص …
introduce-title = تعريف جهتي اتصال
introduce-whom = بمن تريد أن تعرّف { $name }؟
introduce-nobody = لا يوجد أحد آخر بعد.
introduce-told = الاسم الذي يُقال لـ { $told } عن { $about }
introduce-hint = يُسأل كل منهما ويُقال له الاسم المكتوب هنا. لا يُقال شيء آخر قبل أن يوافق الاثنان.
introduce-limits = بعد موافقة الاثنين تمر عبرك دعوة لشخص واحد من أحدهما إلى الآخر. ينتهي التعريف بعد 14 يوماً.
introduce-submit = اعرض التعريف
introduction-offer = يريد { $by } أن يعرّفك بـ «{ $name }»
introduction-offer-hint = كتب { $by } هذا الاسم، وهو لا يثبت شيئاً. إذا وافقتما تصبحان جهتي اتصال، وقبل ذلك لا يعرف أي منكما أكثر من اسم. قارنا الرموز بعدها: يستطيع { $by } أن يضع شخصاً آخر بينكما.
introduction-accept = نعم
introduction-refuse = لا
introduction-by = { $by } يعرّفك بـ «{ $name }»
introduction-mine = أنت تعرّف { $first } و{ $second }
introduction-asked = سُئلا.
introduction-agreed = قلت نعم. لم يصل الآخر بعد.
introduction-declined = قلت لا.
introduction-one-declined = قال أحدهما لا.
introduction-led = أنتما الآن جهتا اتصال.
introduction-failed = لم يتم الأمر.
introduction-both = وافق الاثنان. الدعوة في الطريق.
introduction-passed = لديهما ما يلزم ليصبحا جهتي اتصال.
notice-introduction = تريد جهة اتصال أن تعرّفك بشخص
refused-circle-full = يشارك العنوان 16 جهة اتصال على الأكثر.
refused-invisible = أنت غير مرئي لجهة الاتصال هذه. اجعل نفسك مرئياً أولاً.
refused-picture = هذه ليست صورة PNG أو JPEG أو WebP يمكن قراءتها.
refused-introduction = هناك تعريف جارٍ بين هذين الاثنين.

# Files and pictures of people
choose-file = اختر …
choose-none = لا يوفر سطح المكتب هنا نافذة لاختيار الملفات. اكتب اسم الملف مع مجلداته.
picture-own = صورتك
picture-choose-own = اختر صورة …
picture-remove = إزالة
picture-own-hint = تراها جهات الاتصال لا الغرباء. يُرسل وسطها فقط، 128 في 128 بكسل، دون المكان والكاميرا والتاريخ.
passphrase-new-profile = عبارة مرور الملف الجديد
import-beside-open = ملف آخر من تصدير …
import-beside-hint = توضع النسخة هنا كملف آخر. تواصل جهات الاتصال معها، وتعلم الأقدم أنها استُبدلت. لا يتغير شيء قبل التحقق من الملف كله.

# Emoji of the short code
emoji-dog = كلب
emoji-cat = قطة
emoji-lion = أسد
emoji-horse = حصان
emoji-unicorn = وحيد القرن
emoji-pig = خنزير
emoji-elephant = فيل
emoji-rabbit = أرنب
emoji-panda = باندا
emoji-rooster = ديك
emoji-penguin = بطريق
emoji-turtle = سلحفاة
emoji-fish = سمكة
emoji-octopus = أخطبوط
emoji-butterfly = فراشة
emoji-flower = زهرة
emoji-tree = شجرة
emoji-cactus = صبار
emoji-mushroom = فطر
emoji-globe = كرة أرضية
emoji-moon = قمر
emoji-cloud = سحابة
emoji-fire = نار
emoji-banana = موزة
emoji-apple = تفاحة
emoji-strawberry = فراولة
emoji-corn = ذرة
emoji-pizza = بيتزا
emoji-cake = كعكة
emoji-heart = قلب
emoji-smiley = وجه مبتسم
emoji-robot = روبوت
emoji-hat = قبعة
emoji-glasses = نظارة
emoji-spanner = مفتاح ربط
emoji-santa = بابا نويل
emoji-thumbs-up = إبهام للأعلى
emoji-umbrella = مظلة
emoji-hourglass = ساعة رملية
emoji-clock = منبه
emoji-gift = هدية
emoji-light-bulb = مصباح
emoji-book = كتاب
emoji-pencil = قلم
emoji-paperclip = مشبك ورق
emoji-scissors = مقص
emoji-lock = قفل
emoji-key = مفتاح
emoji-hammer = مطرقة
emoji-telephone = هاتف
emoji-flag = علم
emoji-train = قطار
emoji-bicycle = دراجة
emoji-aeroplane = طائرة
emoji-rocket = صاروخ
emoji-trophy = كأس
emoji-ball = كرة
emoji-guitar = غيتار
emoji-trumpet = بوق
emoji-bell = جرس
emoji-anchor = مرساة
emoji-headphones = سماعات
emoji-folder = مجلد
emoji-pin = دبوس

# Desktop
tray-show = إظهار
tray-hide = إخفاء
tray-lock = أقفل الآن
tray-quit = إنهاء
settings-desktop = سطح المكتب
settings-linger = الاستمرار في العمل عند إغلاق النافذة
settings-linger-hint = يبقى الملف مفتوحاً خلف الرمز في شريط النظام، ومن يستعمل هذا الحاسوب يرى الرمز. إيقاف: إغلاق النافذة ينهي البرنامج.
settings-motion = الحركة
settings-still = لا شيء يتحرك
settings-still-hint = يُذكر العمل الطويل بالكلمات وحدها دون شريط متحرك.
settings-still-system = النظام يريد أصلاً ألا يتحرك شيء.

# Copies
settings-copies = الملفات والنسخ
settings-copies-hint = لكل هذا يُغلق الملف لحظة.

# Further
import-beside-title = ملف آخر من تصدير

# Introduced
panel-introduced-unproven = هذا لا يثبت شيئاً.

# Progress
doing-key = يُحسب المفتاح من عبارة المرور …
doing-checking = يُتحقق من أنه لا ينقص شيء …
doing-writing = الكتابة: { $percent }٪
doing-reading = القراءة والتحقق: { $percent }٪
doing-storing = الحفظ: { $percent }٪
doing-network = يبدأ تشغيل Tor …
doing-profile = يُفتح الملف …

# Health
health-disk-low = المساحة المتبقية على القرص قليلة: { $size } ميغابايت. عندما يمتلئ لا يصل شيء بعد ذلك. أفسح مكاناً.
health-disk-full = القرص ممتلئ: لا يصل شيء ولا يخرج شيء حتى يتوفر مكان. ما زال بإمكانك القراءة والحذف والتصدير إلى قرص آخر.
health-export-never = لم يُصدَّر هذا الملف قط. إذا ضاع هذا الحاسوب ضاعت معه جهات الاتصال والرسائل.
health-export-old = مضى على آخر تصدير أكثر من ٣٠ يوماً. ما وصل بعده موجود على هذا الحاسوب وحده.
health-export = صدّر الآن
health-later = ليس الآن
