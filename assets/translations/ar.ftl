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
stopped = توقف ملفك الشخصي لأن الحفظ غير ممكن. أفرغ بعض المساحة ثم شغّل البرنامج من جديد.

# أول تشغيل
hello-title = مرحباً بك في Undertone
hello-first = راسل من تعرفهم بلا حساب، وبلا رقم هاتف، وبلا شركة بينكم.
hello-second = كل شيء يمر عبر شبكة Tor من حاسوبك إلى حاسوبهم مباشرة، فلا يعرف أي خادم ولا مزوّد من يكلّم من.
hello-third = رسائلك ومفاتيحك محفوظة على هذا الحاسوب وحده، مختومة بعبارة مرور لا يستطيع أحد إعادة تعيينها.
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
create-button = أنشئ ملفي الشخصي
create-busy = جارٍ ختم ملفك الشخصي …

# فتح القفل
unlock-title = مقفل
unlock-hint = أدخل عبارة المرور.
unlock-passphrase = عبارة المرور
unlock-button = افتح القفل
unlock-busy = جارٍ فتح القفل …
unlock-another = فتح قفل ملف شخصي آخر
unlock-another-hint = ما فُتح قفله يبقى متصلاً في هذه الأثناء.
unlock-back = رجوع
unlock-another-open = فتح قفل ملف شخصي آخر
lock-this = قفل هذا الملف الشخصي فقط
switch-to = الانتقال إلى { $name }
switch-to-unread = الانتقال إلى { $name } (غير المقروء: { $count })

failure-passphrase = عبارة المرور هذه لا تفتح شيئاً هنا.
failure-in-use = إنه مفتوح بالفعل في نافذة أخرى أو برنامج آخر.
failure-already-open = لقد فُتح قفله هنا بالفعل.
failure-exists = يوجد هنا من قبل شيء لا تفتحه عبارة المرور هذه.
failure-home = لا يمكن استخدام المجلد: إنه مفقود أو ممتلئ أو متاح لمستخدمين آخرين على هذا الحاسوب.
failure-damaged = تعذّرت قراءة البيانات المحفوظة. قد تكون تالفة أو من إصدار آخر.
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
        [zero] لا محادثات مؤرشفة
        [one] محادثة مؤرشفة واحدة
        [two] محادثتان مؤرشفتان
        [few] { $count } محادثات مؤرشفة
        [many] { $count } محادثةً مؤرشفة
       *[other] { $count } محادثة مؤرشفة
    }
archive-leave = العودة إلى كل المحادثات
typing = يكتب الآن …
preview-none = لا رسائل بعد
preview-draft = مسودة: { $words }
preview-timer = تغيّر إعداد اختفاء الرسائل
preview-covered = مغطى
back-to-list = العودة إلى القائمة
unread-count =
    { $count ->
        [zero] لا رسائل غير مقروءة
        [one] رسالة واحدة غير مقروءة
        [two] رسالتان غير مقروءتين
        [few] { $count } رسائل غير مقروءة
        [many] { $count } رسالةً غير مقروءة
       *[other] { $count } رسالة غير مقروءة
    }
profile-hidden = تظهر كغير متصل
network-short-ready = متصل
network-short-on-the-way = جارٍ الاتصال، { $percent }٪
network-short-off = غير متصل
network-short-none = لا اتصال

# الشبكة
network-ready = متصل بشبكة Tor.
network-dormant = لم يبدأ تشغيل Tor بعد.
network-bootstrapping = جارٍ الاتصال بشبكة Tor: { $percent }٪
network-none = تعذّر الوصول إلى شبكة Tor.
network-clock = ساعة هذا الحاسوب غير صحيحة.
network-stuck = الاتصال بشبكة Tor عالق عند { $percent }٪.
network-why-bootstrapping = قد يستغرق هذا بضع دقائق في المرة الأولى لأن قائمة المرحّلات تُجلب. يمكنك المتابعة في هذه الأثناء.
network-why-stuck = هناك عائق: شبكة تحجب Tor، أو جدار حماية، أو خط بطيء. البرنامج يواصل المحاولة.
network-why-none = هل هذا الحاسوب متصل بالإنترنت؟ بعض الشبكات تحجب Tor؛ ولا يستطيع هذا الإصدار تجاوز الحجب.
network-why-clock = يحتاج Tor إلى تاريخ ووقت صحيحين. اضبط الساعة من فضلك، وسيتابع البرنامج من تلقاء نفسه.
retry = حاول الآن
retry-all = حاول مرة أخرى الآن
retry-contacts = حاول مع جميع جهات الاتصال الآن
way-connected = متصل
way-invisible = أنت غير مرئي لجهة الاتصال هذه؛ الرسائل تنتظر
way-withheld = لا يُتبادل أي شيء: حظرتَ من عرّفكما أحدكما بالآخر، أو أنت غير مرئي له. احظر جهة الاتصال هذه أيضاً، ثم تواصلا من جديد بطريقة أخرى
way-hidden = تظهر كغير متصل؛ الرسائل تنتظر
way-disk-full = القرص ممتلئ؛ الرسائل تنتظر
way-not-tried = غير متصل بعد
way-dialling = جارٍ الاتصال …
way-no-network = لا اتصال بشبكة Tor
way-clock = ساعة هذا الحاسوب غير صحيحة
way-bootstrapping = في انتظار شبكة Tor
way-away = غائب، أو برنامجه لا يعمل
way-not-admitted = عنوانه لا يقبل اتصالك في الوقت الحالي
way-introduction = غائب منذ قليل، أو هناك خلل في الطريق إليه
way-rendezvous = استغرق الاتصال عبر Tor وقتاً أطول مما ينبغي
way-refused = رفض برنامجه الاتصال
way-no-answer = برنامجه لا يستجيب
way-broken = انقطع الاتصال
way-failed = فشل الاتصال عبر Tor
way-next = { $reason }؛ المحاولة التالية بعد { $time }
stage-requested = أرسلتَ طلباً ولم يصل جواب بعد
stage-no-answer = أرسلتَ الطلب عدة مرات ولم يصل جواب
stage-accepting = قُبل الطلب؛ جارٍ إبلاغ صاحبه
stage-undecided = يطلب التواصل معك
stage-rejected = مرفوض
stage-blocked = محظور
stage-myself = تبقى هنا ولا تُرسل أبداً

# صفحة البداية
start-title = أهلاً بك، { $name }
start-invite = ادعُ أحداً
start-invite-hint = أنشئ دعوة وسلّمها إلى من تريد: برسالة أو على ورق أو كرمز QR.
start-add = لديّ دعوة
start-add-hint = الصق دعوة أعطاك إياها شخص ما.
start-keys =
    لكل أمر ومحادثة: Ctrl+K
    محادثة جديدة: Ctrl+N
    بحث: Ctrl+F
    قفل فوري: Ctrl+L
    حجم النص: Ctrl مع + أو -
    للطوارئ: Ctrl+Shift+Backspace، وإذا ضُغط مرتين أتلف كل شيء.

# الدعوة
invite-title = دعوتي
invite-loading = لحظة …
invite-hint = من يحصل على دعوتك يستطيع أن يطلب التواصل معك، ثم تقرر أنت.
invite-one = لشخص واحد. تنتهي حين يرسل طلبه.
invite-many = لعدة أشخاص. كل من يحصل عليها يستطيع أن يطلب حتى تلغيها.
invite-reachable = يمكن استخدامها الآن
invite-not-reachable = جارٍ نشرها؛ قد يستغرق ذلك دقيقة
invite-copy = نسخ
invite-shut = إلغاء هذه الدعوة
invite-revoke-title = هل تريد إلغاء هذه الدعوة؟
invite-revoke-words = من لديه هذه الدعوة لن يستطيع أن يرسل إليك طلباً بها بعد الآن. لا يمكن التراجع عن ذلك. تبقى جهات اتصالك كما هي.
invite-revoke = إلغاء الدعوة
invite-next = { $now } من { $all }
invite-make-one = دعوة جديدة لشخص واحد
invite-make-many = دعوة جديدة لعدة أشخاص
invite-covered = مغطاة ما دامت الأسماء مخفية، ويمكن نسخها مع ذلك.

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
requests-hint = يستطيع كل من لديه إحدى دعواتك أن يطلب التواصل معك، بأي اسم. وإذا رفضتَ فلن يُخبَر بشيء.
requests-none = لا طلبات في الانتظار.
request-no-greeting = بلا تحية
request-accept = قبول
request-accept-anyway = قبول رغم ذلك
request-reject = رفض
request-block = حظر

# المحادثة
conversation-begin = هنا تبدأ المحادثة. لا يقرؤها غيركما.
conversation-begin-unproven = هنا تبدأ المحادثة، وهي مشفّرة من طرف إلى طرف. أما مَن في الطرف الآخر فتبيّنه مقارنة الرمزين.
history-loading = جارٍ تحميل الرسائل …
day-today = اليوم
day-yesterday = أمس
day-date = { $day } { $month } { $year }
day-short = {"\u200F"}{ $day }/{ $month }
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
        [zero] لا رسائل جديدة
        [one] رسالة جديدة واحدة
        [two] رسالتان جديدتان
        [few] { $count } رسائل جديدة
        [many] { $count } رسالةً جديدة
       *[other] { $count } رسالة جديدة
    }
verified-tip = قارنتَ الرموز مع جهة الاتصال هذه
panel-open = عن جهة الاتصال هذه
message-deleted = حُذفت هذه الرسالة
message-unsupported = رسالة من إصدار أحدث؛ لا يستطيع هذا البرنامج عرضها
message-edited = معدّلة
message-forwarded = محوّلة
message-more = أظهر المزيد
message-cut = لا تظهر البقية هنا. النسخ يعطي الرسالة كاملة.
quote-unknown = رسالة سابقة
quote-own = أنت
delivery-waiting = تنتظر على هذا الحاسوب. { $reason }.
delivery-sent = أُرسلت؛ لم يصل تأكيد بعد
delivery-received = حُفظت على حاسوبه
delivery-read = يقول إنه قرأها
reaction-join = تفاعل مثله
reaction-take-back = سحب التفاعل
action-reply = رد
action-copy = نسخ
action-forward = تحويل
action-edit = تعديل
action-pin = تثبيت
action-unpin = إلغاء التثبيت
action-delete = حذف
timer-on-mine = جعلت الرسائل تختفي بعد { $time } من قراءتها
timer-on-theirs = جعل الطرف الآخر الرسائل تختفي بعد { $time } من قراءتها
timer-off-mine = جعلت الرسائل تبقى ابتداءً من هنا
timer-off-theirs = جعل الطرف الآخر الرسائل تبقى ابتداءً من هنا
seconds =
    { $count ->
        [zero] { $count } ثانية
        [one] ثانية واحدة
        [two] ثانيتين
        [few] { $count } ثوانٍ
        [many] { $count } ثانيةً
       *[other] { $count } ثانية
    }
minutes =
    { $count ->
        [zero] { $count } دقيقة
        [one] دقيقة واحدة
        [two] دقيقتين
        [few] { $count } دقائق
        [many] { $count } دقيقةً
       *[other] { $count } دقيقة
    }
hours =
    { $count ->
        [zero] { $count } ساعة
        [one] ساعة واحدة
        [two] ساعتين
        [few] { $count } ساعات
        [many] { $count } ساعةً
       *[other] { $count } ساعة
    }
days =
    { $count ->
        [zero] { $count } يوم
        [one] يوم واحد
        [two] يومين
        [few] { $count } أيام
        [many] { $count } يوماً
       *[other] { $count } يوم
    }
composer-placeholder = اكتب رسالة
composer-reply = رداً على { $name }
composer-reply-own = رداً على رسالتك
composer-edit = تعديل رسالتك
composer-left =
    { $count ->
        [zero] لم يبق شيء
        [one] بقي بايت واحد
        [two] بقي بايتان
        [few] بقيت { $count } بايتات
        [many] بقي { $count } بايتاً
       *[other] بقي { $count } بايت
    }
composer-too-long = طويلة جداً: لا تزيد الرسالة على 65,536 بايت. أرسلها على أجزاء.
send = إرسال
emoji-open = رموز تعبيرية
emoji-title = رموز تعبيرية
emoji-search = ابحث بالاسم
emoji-none = لا رمز بهذا الاسم.

# أسئلة
delete-title = حذف الرسالة
delete-words = تُحذف من هذا الحاسوب، وتبقى على الآخر.
delete-words-mine = الحذف عند الطرفين يطلب من برنامجه حذفها أيضاً؛ ولا يمكنك التأكد من ذلك.
delete-me = احذف عندي
delete-both = احذف عند الطرفين
clear-title = حذف كل الرسائل
clear-words = تُتلف كل رسائل هذه المحادثة على هذا الحاسوب، وتبقى على الآخر.
clear-yes = احذف الكل
block-title = حظر
block-words = سيرى { $name } ما كان سيراه لو لم تعد تتصل أبداً. تُتلف كل المفاتيح: لا يمكن التراجع عن ذلك.
block-yes = احظر إلى الأبد
link-title = هذا الرابط يغادر Tor
link-words = فتحه في متصفح عادي يكشف هويتك لذلك الموقع ولشبكتك. انسخه وافتحه في متصفح Tor.
block-question = هل تريد حظر { $name }؟
block-messages = الرسائل التي ما زالت تنتظر لن تُرسل أبداً. وتبقى سائر الرسائل على الحاسوبين، لكن المحادثة تختفي من قائمتك.
link-copy = انسخ العنوان
forward-title = تحويل إلى
forward-hint = يرى المستلم أنها محوّلة، ولا يرى ممّن.

# جهة الاتصال
panel-title = جهة الاتصال
panel-nickname = يسمي نفسه { $name }
pet-name = بماذا تسميه
pet-name-placeholder = لا يراه غيرك
verify-title = رمز الأمان
verify-done = قارنتَ الرموز: هذا هو من تظنه.
verify-not-done = لم تُقارن الرموز بعد. ربما أعطاك أحدهم دعوة مزيفة.
verify-hint = ليقرأ كل منكما هذه الأرقام للآخر بصوته، سطراً سطراً ومن اليسار إلى اليمين، أو ضعا الشاشتين جنباً إلى جنب. يجب أن تتطابق.
verify-no-code = الرمز غير متاح بعد.
verify-covered = الرمز مغطّى ما دامت الأسماء مغطّاة.
verify-same = إنها متطابقة
verify-undo = إلغاء علامة المقارنة
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
settings-profile = الملف الشخصي
settings-about = حول البرنامج
settings-theme = الألوان
theme-system = مثل النظام
theme-light = فاتح
theme-dark = داكن
theme-contrast = تباين عالٍ
settings-language = اللغة
settings-rtl-hint = تُعرض من اليمين إلى اليسار. أثناء الكتابة قد يظهر مؤشر الكتابة في غير مكانه.
settings-size = حجم النص
percent = {"\u200F"}{ $number }٪
settings-appearance-hint = تُحفظ هذه الاختيارات مختومةً مع ملفك الشخصي، وتسري من جديد حين يُفتح قفله.
settings-read = أخبر جهات الاتصال بما قرأت
settings-read-hint = عند الإيقاف: يعرفون أن الرسالة وصلت، لا أكثر.
settings-typing = أخبر جهات الاتصال حين تكتب
settings-typing-hint = فقط ما دمتما متصلين.
settings-earlier = احتفظ بالنص قبل التعديل
settings-earlier-hint = على هذا الحاسوب، للرسائل التي تغيّرها جهات الاتصال.
settings-presentation = غطِّ الأسماء والمعاينات
settings-presentation-hint = حين يرى آخرون شاشتك. تبقى المحادثات المفتوحة مقروءة.
presentation-open = الأسماء مغطّاة، أما هذه المحادثة فلا: من يرى شاشتك يستطيع قراءتها.
settings-lock = القفل تلقائياً
lock-never = أبداً
lock-after = إذا لم يكن أحد هنا لمدة { $time }
settings-lock-hint = كما في Ctrl+L: يُغلق الملف الشخصي ويختفي كل شيء من الشاشة، ولا يصل شيء حتى يُفتح القفل.
settings-retention = مدة بقاء الرسائل هنا
settings-retention-hint = يمكن أن يكون لكل محادثة إعدادها.
retention-until = حتى أحذفها
retention-after = بعد { $time } من القراءة
retention-nothing = لا تُحفظ إطلاقاً: تبقى فقط ما دام البرنامج يعمل
retention-default = مثل كل المحادثات
settings-doors = يمكن الوصول إلى { $count } من أصل { $all } من عناوينك.
settings-contacts = جهات الاتصال
settings-nickname = الاسم الذي تراه جهات الاتصال
settings-status = كلمات عنك تراها جهات الاتصال
settings-status-placeholder = مثلاً: أعود يوم الاثنين
settings-profile-hint = تعلم جهات الاتصال بالتغيير حين تكون متصلة.
about-version = Undertone { $version }
about-words = برنامج مراسلة بلا وسيط. تتحادث جهات الاتصال مباشرة عبر خدمات onion في Tor، مشفّرة من طرف إلى طرف.
about-audit = برنامج حديث لم يدقق أمانه أحد. لا تجعل سلامتك متوقفة عليه بعد.
about-licences =
    برنامج Undertone حر برخصة MIT أو Apache-2.0.
    الخطوط: Inter وJetBrains Mono وNoto Sans Arabic (SIL Open Font License).
    الرموز: Lucide (ISC). أسماء الإيموجي: Unicode (Unicode License 3.0).
    الحزمتان: equix وhashx (LGPL-3.0).

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
reveal-me-after = تُحفظ الرسائل هنا مختومة مدة { $time } بعد القراءة.
reveal-me-nothing = الرسائل في الذاكرة فقط، وتزول حين ينتهي البرنامج.
reveal-timer = يحذف البرنامجان الرسائل بعد { $time } من قراءتها؛ والبرنامج المعدَّل غير ملزم بذلك.
reveal-me-computer = من يتحكم في هذا الحاسوب وهو مفتوح القفل يستطيع قراءة كل شيء.
reveal-contact = جهة الاتصال
reveal-contact-words = يعرف { $name } ما تكتب ومتى، والاسم والحالة اللذين اخترتهما. يستطيع إظهار ذلك لغيره، لكنه لا يستطيع إثبات أنه منك.
reveal-contact-online = يرى متى يكون برنامجك متصلاً ببرنامجه.
reveal-contact-profile = صورتك واسمك وحالتك هي نفسها لكل جهات الاتصال أياً كان العنوان الذي تعرفه. إذا قارنها اثنان ممن يعرفونك علما أنهما يعرفان الشخص نفسه.
reveal-read-on = يُخبَر بما قرأت.
reveal-read-off = لا يُخبَر بما قرأت، بل بأنه وصل فقط.
reveal-typing-on = يُخبَر حين تكتب.
reveal-typing-off = لا يُخبَر حين تكتب.
reveal-verified = قارنتما الرموز، فلا يستطيع أحد في الوسط أن ينتحل شخصيته.
reveal-not-verified = لم تقارنا الرموز: إن بُدّلت الدعوة في طريقها فربما يقرأ شخص آخر ما تكتبان.
reveal-muted = لا يعلم أنك أوقفت التنبيهات.
reveal-network = الشبكة
reveal-network-tor = يرى مزوّد الإنترنت أنك تستخدم Tor ومقدار ذلك، لا مع من تتحدث ولا ماذا تقول. وكذلك مزوّده.
reveal-network-relays = تمرر مرحّلات Tor خلايا مختومة. ومن يراقب الطرفين معاً قد يقارن أوقات نشاطكما.
reveal-server = خادم
reveal-server-none = لا يوجد خادم: تتحادثان مباشرة. لذلك لا يصل شيء ما دام أحدكما غائباً.

# رُفض
refused-invitation = هذه ليست دعوة يفهمها هذا الإصدار. هل هي كاملة؟
refused-own-invitation = هذه دعوتك أنت. أعطها لغيرك.
refused-used = استخدمتَ هذه الدعوة من قبل.
refused-greeting = لا تزيد التحية على 500 بايت.
refused-status = لا تزيد الحالة على 256 بايت، ولا تحتوي على محارف تحكم.
refused-timer = هذه المدة غير ممكنة.
refused-reaction = التفاعل رمز تعبيري واحد.
refused-not-yours = لا تُغيَّر إلا رسائلك.
refused-not-connected = جهة الاتصال غير متصلة الآن.
refused-too-soon = كان ذلك قبل لحظة؛ انتظر قليلاً.
refused-pinned = يمكن تثبيت 64 رسالة على الأكثر؛ ألغ تثبيت واحدة أولاً.
refused-empty = الرسالة فارغة.
refused-queue = هناك الكثير جداً في انتظار جهة الاتصال هذه.
refused-too-many = هناك الكثير مفتوحاً بالفعل؛ أغلق واحدة أولاً.
refused-codes = الرموز مختلفة: هذا ليس من تظنه.
refused-not-a-code = هذا ليس رمزاً من هذا الإصدار.
refused-own-code = هذا رمزك أنت.
refused-request = لا يمكن قبول هذا الطلب: إنه تالف.
refused-closed = الملف الشخصي مغلق.
refused-storage = تعذّر الحفظ: القرص ممتلئ أو لا يقبل الكتابة.
refused-no-message = لم تعد هذه الرسالة موجودة.
refused-gone = لم يعد هذا موجوداً.
refused-stage = هذا غير ممكن مع جهة الاتصال هذه الآن.
refused-unsupported = لا يستطيع هذا الإصدار ذلك.

# نسخ الملف الشخصي
delivery-unknown = كانت تنتظر حين صُنعت النسخة التي استُعيد منها هذا الملف الشخصي؛ ربما وصلت
line-restored = من هنا يستخدم الطرف الآخر نسخة مستعادة من ملفه الشخصي
copy-perhaps = ربما تستخدم جهات اتصالك نسخة أحدث من هذا الملف الشخصي استُعيدت في مكان آخر. إن لم تكن أنت من فعل ذلك فلا تكتب هنا.
copy-replaced = استُعيدت نسخة أحدث من هذا الملف الشخصي في مكان آخر وجهات اتصالك تستخدمها. لا يُرسل شيء من هنا.
refused-replaced = تتابع جهة الاتصال هذه مع نسخة أحدث من ملفك الشخصي
refused-busy = يصل الكثير في هذه اللحظة؛ حاول مرة أخرى.

# Notifications
settings-notices = الإشعارات
notices-none = بلا إشعارات
notices-plain = وجود رسالة
notices-named = وجود رسالة واسم المرسل
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
panic-words = تُتلَف فوراً، بالكتابة فوقها، مفاتيح كل الملفات الشخصية على هذا الحاسوب، في هذا المجلد: تضيع الأسماء وجهات الاتصال والرسائل إلى الأبد، ولن تفتح أي عبارة مرور شيئاً هنا. اضغط Ctrl+Shift+Backspace مرة أخرى، أو اضغط الزر أدناه.
panic-yes = أتلف كل شيء الآن
panic-no = رجوع (Esc)
panic-busy = يجري الإتلاف …
panic-failed = لم يمكن إتلاف كل شيء: ربما ما زالت عبارة مرور تفتح الباقي. أتلف الملفات نفسها.

# Search
found-messages = الرسائل
found-busy = يجري البحث …
found-none = لا توجد رسالة فيها هذه الكلمات.
found-more = أقدم
found-index = ما زال البحث قيد الإعداد ({ $percent }٪): قد لا تظهر رسائل قديمة.
span-all = أي وقت
span-week = 7 أيام
span-month = 30 يوماً
span-year = سنة
find-open = ابحث في هذه المحادثة
find-placeholder = ابحث في هذه المحادثة
find-count = { $now } من { $all }
find-count-more = { $now } من أكثر من { $all }
find-older = أقدم
find-newer = أحدث
refused-search = اكتب كلمة للبحث عنها.

# Short code
short-title = مقارنة سبعة رموز تعبيرية
short-hint = ما دمتما متصلين، تظهر على الشاشتين الرموز السبعة نفسها. ليقرأها كل منكما للآخر بصوته، من اليسار إلى اليمين.
short-begin = أظهر سبعة رموز على الشاشتين
short-wait = في انتظار الشاشة الأخرى …
short-same = إنها متطابقة
short-differ = إنها مختلفة
short-differ-hint = إن اختلفت فقد يكون أحدهم في الوسط بينكما: لا تثق بجهة الاتصال هذه، وتبادلا دعوات جديدة بطريقة أخرى.
short-open = قارن سبعة رموز تعبيرية …
short-now = تظهر الآن سبعة رموز على الشاشتين.
short-compare = قارن

# Disappearing messages
timer-title = الرسائل المختفية
timer-hint = باتفاق بينكما: يحذف البرنامجان الرسائل الجديدة بعد هذه المدة من قراءتها. يستطيع كل منكما تغيير المدة، ويرى كلاكما ذلك. والبرنامج المعدَّل غير ملزم بالحذف.
timer-stay = تبقى
timer-tip = تختفي الرسائل الجديدة بعد { $time } من قراءتها

# Earlier words
action-earlier = النص قبل التعديل
earlier-title = النص قبل التعديل
earlier-none = لم يُحفظ منه شيء. يمكنك في الإعدادات، تحت الخصوصية، أن تختار الاحتفاظ بالنص قبل التعديل.
earlier-until = حتى { $day }، { $time }

# Picture
picture-title = رمز QR من صورة
picture-open = من صورة …
picture-hint-invitation = خذ الدعوة من صورة رمز QR الخاص بها.
picture-hint-code = التقط صورة للرمز على شاشة جهة الاتصال وقارنه هنا.
picture-drop = اختر الملف أو أفلته على هذه النافذة أو اكتب اسمه. تُقرأ صيغتا PNG وJPEG.
picture-file = الملف
picture-placeholder = مثلاً: /home/…/code.png
picture-read = اقرأ
picture-busy = تجري القراءة …
scan-file = تتعذّر قراءة هذا الملف، أو يزيد على 20 ميغابايت.
scan-picture = ليست هذه صورة تمكن قراءتها هنا.
scan-no-code = لم يُعثر فيها على رمز QR. هل الصورة واضحة والرمز كامل؟

# Profiles
passphrase-change = غيّر عبارة المرور
passphrase-change-open = تغيير عبارة المرور …
passphrase-change-hint = يُغلق ملفك الشخصي لحظةً ثم يُفتح من جديد. من لديه نسخة قديمة من الملفات ما زال يستطيع فتح تلك النسخة بعبارة المرور القديمة.
passphrase-present = عبارة مرور هذا الملف الشخصي
passphrase-new = عبارة المرور الجديدة
beside-open = ملف شخصي آخر …
beside-title = ملف شخصي آخر
beside-hint = يتسع هذا المكان لأربعة ملفات شخصية، لكل منها عبارة مرور. لا يعرف أحد كم عددها. يمكن فتح قفل عدة ملفات شخصية معاً؛ وما هو مفتوح يبقى مفتوحاً ولا يُكتب فوقه.
beside-warning = أدخل عبارة مرور كل ملف شخصي آخر مقفل على هذا الحاسوب: أي ملف شخصي لا تُدخل عبارة مروره هنا قد يُكتب فوقه فيضيع دون أن يبقى له أثر.
beside-other = عبارة مرور ملف شخصي آخر هنا؛ لا تتركها فارغة إلا إذا لم يوجد غيره
beside-name = اسم الملف الشخصي الجديد
beside-submit = أنشئ الملف الشخصي وانتقل إليه
failure-taken = تفتح عبارة المرور هذه شيئاً هنا بالفعل. اختر غيرها.

# Export and import
export-open = تصدير هذا الملف الشخصي …
export-title = تصدير ملفك الشخصي
export-hint = ملف مختوم فيه جهات الاتصال والإعدادات والرسائل، للبدء من جديد على حاسوب آخر. لا تُستعمل إلا نسخة واحدة في الوقت نفسه: تتابع جهات الاتصال مع الأحدث. يُغلق ملفك الشخصي أثناء كتابة النسخة.
export-file = ملف جديد
export-placeholder = مثلاً: /media/…/undertone.export
export-passphrase = عبارة مرور النسخة المصدَّرة
export-submit = صدّر
export-busy = يجري التصدير: كتابة ثم قراءة للتأكد …
export-done = تم التصدير والتحقق منه.
import-open = لديّ نسخة مصدَّرة
import-title = البدء من نسخة مصدَّرة
import-hint = تتابع جهات الاتصال مع هذه النسخة، وتعلم النسخة الأقدم أنها استُبدلت. لا يتغير شيء قبل التحقق من الملف كله.
import-submit = استيراد
import-busy = يجري التحقق والاستيراد …
failure-export = ليست هذه نسخة مصدَّرة تفتحها عبارة المرور هذه، أو هي تالفة.
failure-file = تتعذّر كتابة الملف أو قراءته.
failure-file-exists = هناك ملف بهذا الاسم بالفعل. لم يُكتب شيء.

# People
profile-away = غائب
way-connected-away = متصل؛ يقول إنه غائب
notes-title = ملاحظات لنفسك
notes-open = ملاحظات لنفسك
notes-begin = هنا تبدأ ملاحظاتك. تُحفظ كسائر الرسائل ولا تُرسل أبداً.
delete-words-note = تُحذف هذه الملاحظة إلى الأبد.
clear-words-notes = تُتلف كل ملاحظاتك.
resembles = انتبه: جهة اتصال أخرى تحمل الاسم { $name } أيضاً. يستطيع أي شخص اختيار أي اسم. قارنا الرموز، أو اسأل بطريقة أخرى من هذا، قبل أن تكتب شيئاً.
resembles-tip = يحمل اسم جهة اتصال أخرى
panel-introduced = عرّفك به { $by } باسم { $name }.
waits-contact = { $name } غير متصل. ما ترسله ينتظر هنا ويخرج من تلقاء نفسه.
waits-hidden = تظهر كغير متصل. ما ترسله ينتظر هنا حتى تعود متصلاً.
waits-invisible = أنت غير مرئي لـ { $name }. ما تكتبانه ينتظر.

# Presence
settings-presence = حالة الظهور
presence-online = متصل
presence-online-hint = ترى جهات الاتصال أنك متصل.
presence-away = غائب
presence-away-hint = تصل الرسائل وتُرسل. تُبلَّغ جهات الاتصال بأنك غائب؛ لا شيء يراقب لوحة مفاتيحك.
presence-offline = الظهور كغير متصل
presence-offline-hint = لا يُتصل بأحد ولا يصل إليك أحد، كأن البرنامج لا يعمل. تنتظر الرسائل عند الطرفين.
settings-requests = يستطيع الغرباء الذين لديهم دعوة أن يطلبوا التواصل
settings-requests-hint = عند التشغيل: من لديه إحدى دعواتك يستطيع أن يطلب، وأن يرى من خلال عنوانها إن كنت متصلاً. عند الإيقاف: تُغلق هذه العناوين. تبقى الدعوات صالحة؛ ويعيد برنامج من يطلب في هذه الأثناء المحاولة مدة 14 يوماً.
invite-closed-now = مغلقة الآن: الطلبات متوقفة، أو أنت غير مرئي لمن استعملها

# Addresses
circle-title = عنوانك لجهة الاتصال هذه
circle-alone = لا أحد غيره يعرف هذا العنوان.
circle-shared = هذا العنوان معروف أيضاً لدى: { $names }.
circle-hint = من يعرفون العنوان نفسه يستطيعون بالمقارنة أن يعلموا أنهم يعرفون الشخص نفسه. وما عُرف قبل التغيير يبقى معروفاً.
circle-same-name = ما يرونه منك، الصورة والاسم والحالة، هو نفسه في كل عنوان: به يعرف من لديهم عناوين مختلفة أيضاً أنك الشخص نفسه، ما لم تغيّره.
circle-not-reachable = لا يمكن الوصول إليه بعد.
circle-move = مشاركة عنوان آخر …
circle-renew = عنوان جديد لهم جميعاً
circle-renew-one = عنوان جديد
circle-own = عنوان خاص به
circle-with = العنوان المعروف لدى: { $names }
circle-nowhere = لا يوجد عنوان آخر للمشاركة.
circle-now-alone = الآن: لا يعرفه إلا { $name }
circle-now-shared = الآن: مشترك مع { $names }
circle-change = تغيير العنوان
panel-invisible = غير مرئي لجهة الاتصال هذه
panel-invisible-hint = يرى ما كان سيراه لو لم يكن هذا البرنامج يعمل. تنتظر الرسائل عند الطرفين. ومن كان يشارك العنوان يُبلَّغ بعنوان جديد.

# Introductions
introductions = التعارف
introduce-open = عرّفه بشخص …
introduce-title = تعريف جهتي اتصال إحداهما بالأخرى
introduce-whom = بمن تريد أن تعرّف { $name }؟
introduce-nobody = لا يوجد أحد آخر بعد.
introduce-told = الاسم الذي يراه { $told } لـ { $about }
introduce-hint = يُسأل كل منهما ويُقال له الاسم المكتوب هنا. لا يُقال شيء آخر قبل أن يوافق الاثنان.
introduce-limits = بعد موافقة الاثنين تمر عبرك دعوة لشخص واحد من أحدهما إلى الآخر. ينتهي عرض التعارف بعد 14 يوماً.
introduce-submit = اعرض التعارف
introduction-offer = يريد { $by } أن يعرّفك بـ «{ $name }»
introduction-offer-hint = كتب { $by } هذا الاسم، وهو لا يثبت شيئاً. إذا وافقتما تصبحان جهتي اتصال، وقبل ذلك لا يعرف أي منكما أكثر من اسم. قارنا الرموز بعدها: يستطيع { $by } أن يضع شخصاً آخر بينكما.
introduction-accept = نعم
introduction-refuse = لا
introduction-by = { $by } يعرّفك بـ «{ $name }»
introduction-mine = أنت تعرّف { $first } و{ $second } أحدهما بالآخر
introduction-asked = سُئلا.
introduction-agreed = قلتَ نعم، ولم يأتِ الطرف الآخر بعد.
introduction-declined = قلتَ لا.
introduction-one-declined = قال أحدهما لا.
introduction-led = أنتما الآن جهتا اتصال.
introduction-failed = لم يتم الأمر.
introduction-both = وافق الاثنان. الدعوة في الطريق.
introduction-passed = لديهما ما يلزم ليصبحا جهتي اتصال.
notice-introduction = تريد جهة اتصال أن تعرّفك بشخص
refused-circle-full = لا يشارك العنوان الواحد أكثر من 16 جهة اتصال.
refused-invisible = أنت غير مرئي لجهة الاتصال هذه. اجعل نفسك مرئياً أولاً.
refused-picture = هذه ليست صورة PNG أو JPEG أو WebP يمكن قراءتها.
refused-introduction = هناك تعارف جارٍ بالفعل بين هذين الاثنين.

# Files and pictures of people
choose-file = اختر …
choose-none = لا يوفر سطح المكتب هنا نافذة لاختيار الملفات. اكتب اسم الملف مع مجلداته.
picture-own = صورتك
picture-choose-own = اختر صورة …
picture-remove = إزالة
picture-own-hint = تراها جهات الاتصال لا الغرباء. يُرسل وسطها فقط، 128 في 128 بكسل، دون بيانات المكان والكاميرا والتاريخ.
passphrase-new-profile = عبارة مرور الملف الشخصي الجديد
import-beside-open = ملف شخصي آخر من نسخة مصدَّرة …
import-beside-hint = توضع النسخة هنا كملف شخصي آخر. تتابع جهات الاتصال معها، وتعلم النسخة الأقدم أنها استُبدلت. لا يتغير شيء قبل التحقق من الملف كله.

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
settings-linger-hint = يبقى قفل الملف الشخصي مفتوحاً خلف الرمز في شريط النظام، ومن يستعمل هذا الحاسوب يرى الرمز. عند الإيقاف: إغلاق النافذة ينهي البرنامج.
settings-motion = الحركة
settings-still = لا شيء يتحرك
settings-still-hint = يُذكر العمل الطويل بالكلمات وحدها دون شريط متحرك.
settings-still-system = النظام يريد أصلاً ألا يتحرك شيء.

# Copies
settings-copies = الملفات الشخصية والنسخ
settings-copies-hint = لكل هذا يُغلق الملف الشخصي لحظةً.

# Further
import-beside-title = ملف شخصي آخر من نسخة مصدَّرة

# Introduced
panel-introduced-unproven = هذا لا يثبت شيئاً.

# Progress
doing-key = يُحسب المفتاح من عبارة المرور …
doing-checking = يُتحقق من أنه لا ينقص شيء …
doing-writing = الكتابة: { $percent }٪
doing-reading = القراءة والتحقق: { $percent }٪
doing-storing = الحفظ: { $percent }٪
doing-network = يبدأ تشغيل Tor …
doing-profile = يُفتح الملف الشخصي …

# Health
health-disk-low = المساحة المتبقية على القرص قليلة: { $size } ميغابايت. إذا امتلأ القرص فلن يصل شيء بعد ذلك. أفرغ بعض المساحة.
health-disk-full = القرص ممتلئ: لا يصل شيء ولا يخرج شيء حتى تتوفر مساحة. ما زال بإمكانك القراءة والحذف والتصدير إلى قرص آخر.
health-export-never = لم يُصدَّر ملفك الشخصي قط. إذا ضاع هذا الحاسوب ضاعت معه جهات الاتصال والرسائل.
health-export-old = مضى على آخر تصدير أكثر من 30 يوماً. ما وصل بعده موجود على هذا الحاسوب وحده.
health-export = صدّر الآن
health-later = ليس الآن
