# Español. Los nombres son los mismos que en en.ftl.

window-title = Undertone
window-title-unread = ({ $count }) Undertone
loading = Abriendo tus conversaciones …
closing = Bloqueando …
close = Cerrar
cancel = Cancelar
back = Atrás
next = Siguiente
save = Guardar
paste = Pegar
copied = Copiado
search = Buscar
lock = Bloquear
stopped = Tu perfil se ha detenido porque no se puede guardar nada. Libera espacio y vuelve a abrir el programa.

# Primer inicio
hello-title = Te damos la bienvenida a Undertone
hello-first = Escribe a gente que conoces, sin cuenta, sin número de teléfono y sin una empresa en medio.
hello-second = Todo viaja por la red Tor, directamente de tu ordenador al suyo, así que ningún servidor ni proveedor sabe quién habla con quién.
hello-third = Tus mensajes y claves están solo en este ordenador, sellados con una frase de contraseña que nadie puede restablecer.
hello-begin = Empezar
welcome-step = Paso { $now } de { $all }
name-title = ¿Cómo deben llamarte?
name-hint = Este nombre lo ve solo la gente con la que contactas. No hace falta que sea el verdadero, y puedes cambiarlo después.
name-label = Tu nombre
name-placeholder = Por ejemplo, Robin
passphrase-title = Elige una frase de contraseña
passphrase-hint = Sella todo en este ordenador. Cuatro o más palabras sin relación son una buena elección. Nadie puede recuperarla: si la olvidas, todo se pierde.
passphrase-label = Frase de contraseña
passphrase-placeholder = Varias palabras
passphrase-again = Otra vez
passphrase-differs = Las dos no son iguales.
strength-none = Aún sin escribir
strength-weak = Demasiado fácil de adivinar
strength-fair = Todavía demasiado fácil de adivinar; añade una palabra
strength-good = Buena
strength-strong = Muy buena
create-button = Crear mi perfil
create-busy = Sellando tu perfil …

# Desbloqueo
unlock-title = Bloqueado
unlock-hint = Escribe tu frase de contraseña.
unlock-passphrase = Frase de contraseña
unlock-button = Desbloquear
unlock-busy = Desbloqueando …
unlock-another = Desbloquear otro perfil
unlock-another-hint = Lo que está desbloqueado sigue en línea mientras tanto.
unlock-back = Atrás
unlock-another-open = Desbloquear otro perfil
lock-this = Bloquear solo este perfil
switch-to = Ir a { $name }
switch-to-unread = Ir a { $name }: { $count } sin leer

failure-passphrase = Esta frase de contraseña no abre nada aquí.
failure-in-use = Ya está abierto en otra ventana o programa.
failure-already-open = Ya está desbloqueado aquí.
failure-exists = Aquí ya hay algo que esta frase de contraseña no abre.
failure-home = No se puede usar la carpeta: falta, está llena o abierta a otras personas de este ordenador.
failure-damaged = Lo guardado no se puede leer. Puede estar dañado o ser de otra versión.
failure-name = Un nombre tiene de 1 a 128 bytes y ningún carácter de control.
failure-network = No se pudo iniciar Tor. Vuelve a abrir el programa.

# Lateral
new-conversation = Nueva conversación
invite-open = Mi invitación
settings-open = Ajustes
requests = Solicitudes de contacto
list-empty = Aún no hay conversaciones.
list-not-found = No se encontró nada.
archive-show =
    { $count ->
        [one] { $count } conversación archivada
       *[other] { $count } conversaciones archivadas
    }
archive-leave = Volver a todas las conversaciones
typing = está escribiendo …
preview-none = Aún no hay mensajes
preview-draft = Borrador: { $words }
preview-timer = Cambió la desaparición de mensajes
preview-covered = Cubierto
back-to-list = Volver a la lista
unread-count =
    { $count ->
        [one] { $count } mensaje sin leer
       *[other] { $count } mensajes sin leer
    }
profile-hidden = Aparece sin conexión
network-short-ready = Conectado
network-short-on-the-way = Conectando, { $percent } %
network-short-off = Sin conexión
network-short-none = No conectado

# Red
network-ready = Conectado a la red Tor.
network-dormant = Tor aún no está en marcha.
network-bootstrapping = Conectando a la red Tor: { $percent } %
network-none = No hay camino a la red Tor.
network-clock = El reloj de este ordenador está mal.
network-stuck = La conexión a la red Tor se ha parado en el { $percent } %.
network-why-bootstrapping = La primera vez puede tardar unos minutos, porque se descarga la lista de repetidores. Mientras tanto puedes continuar.
network-why-stuck = Algo lo impide: una red que bloquea Tor, un cortafuegos o una línea lenta. El programa sigue intentándolo.
network-why-none = ¿Está en línea este ordenador? Algunas redes bloquean Tor; esta versión no puede rodear el bloqueo.
network-why-clock = Tor necesita la fecha y la hora correctas. Ajusta el reloj; el programa continúa por sí mismo.
retry = Probar ahora
retry-all = Probar otra vez ahora
retry-contacts = Volver a conectar con todos ahora
way-connected = Conectado
way-invisible = Eres invisible para este contacto; los mensajes esperan
way-withheld = No se intercambia nada: bloqueaste a quien os presentó, o eres invisible para esa persona. Bloquea también este contacto y conectad por otro camino
way-hidden = Apareces sin conexión; los mensajes esperan
way-disk-full = El disco está lleno; los mensajes esperan
way-not-tried = Aún no conectado
way-dialling = Conectando …
way-no-network = Sin conexión a la red Tor
way-clock = El reloj de este ordenador está mal
way-bootstrapping = Esperando a la red Tor
way-away = Ausente, o su programa no está en marcha
way-not-admitted = Su puerta no te deja entrar en este momento
way-introduction = Ausente desde hace poco, o el camino está alterado
way-rendezvous = El camino por Tor tardó demasiado
way-refused = Su programa se negó
way-no-answer = Su programa no responde
way-broken = La conexión se cortó
way-failed = El camino por Tor falló
way-next = { $reason }; próximo intento en { $time }
stage-requested = Lo has solicitado; aún sin respuesta
stage-no-answer = Lo has solicitado varias veces; no llegó respuesta
stage-accepting = Aceptado; comunicándolo
stage-undecided = Quiere ser tu contacto
stage-rejected = Rechazado
stage-blocked = Bloqueado
stage-myself = Se queda aquí, nunca se envía

# Página inicial
start-title = Hola, { $name }
start-invite = Invitar a alguien
start-invite-hint = Crea una invitación y entrégala: por mensaje, en papel o como código QR.
start-add = Tengo una invitación
start-add-hint = Pega una invitación que alguien te dio.
start-keys = Ctrl+K encuentra cada orden y conversación, Ctrl+N empieza una nueva, Ctrl+F busca, Ctrl+L bloquea al instante, Ctrl+Más y Ctrl+Menos cambian el tamaño del texto. Ctrl+Mayús+Retroceso es para emergencias: pulsado dos veces, lo destruye todo.

# Invitación
invite-title = Mi invitación
invite-loading = Un momento …
invite-hint = Quien reciba tu invitación puede solicitar ser tu contacto. Entonces decides tú.
invite-one = Para una persona. Se gasta con su solicitud.
invite-many = Para varias personas. Quien la tenga puede solicitarlo hasta que la revoques.
invite-reachable = Ya se puede usar
invite-not-reachable = Se está publicando; puede tardar un minuto
invite-copy = Copiar
invite-shut = Revocar esta invitación
invite-revoke-title = ¿Revocar esta invitación?
invite-revoke-words = Quien la tenga ya no podrá enviarte solicitudes con ella. No se puede deshacer. Los contactos que tienes permanecen.
invite-revoke = Revocar
invite-next = { $now } de { $all }
invite-make-one = Nueva invitación para una persona
invite-make-many = Nueva invitación para varias
invite-covered = Cubierta mientras los nombres están ocultos. Copiar funciona.

# Nueva conversación
add-title = Nueva conversación
add-hint = Pega la invitación que te dieron. La otra persona ve tu nombre y tu saludo y decide si acepta.
add-invitation = Invitación
add-invitation-placeholder = undertone:…
add-name = Cómo la llamas (solo lo ves tú)
add-name-placeholder = Opcional
add-greeting = Saludo
add-greeting-placeholder = Para que sepa que eres tú
add-submit = Enviar solicitud de contacto
add-busy = Enviando …

# Solicitudes
requests-hint = Quien tenga una de tus invitaciones puede solicitarlo, con cualquier nombre. Rechazar no le comunica nada.
requests-none = No hay solicitudes pendientes.
request-no-greeting = Sin saludo
request-accept = Aceptar
request-accept-anyway = Aceptar de todos modos
request-reject = Rechazar
request-block = Bloquear

# Conversación
conversation-begin = Aquí empieza la conversación. Solo vosotros dos podéis leerla.
conversation-begin-unproven = Aquí empieza la conversación. Está cifrada de extremo a extremo. Quién está al otro lado se sabe al comparar los códigos.
history-loading = Cargando mensajes …
day-today = Hoy
day-yesterday = Ayer
day-date = { $day } de { $month } de { $year }
day-short = { $day }/{ $month }
month-name =
    { $month ->
        [1] enero
        [2] febrero
        [3] marzo
        [4] abril
        [5] mayo
        [6] junio
        [7] julio
        [8] agosto
        [9] septiembre
        [10] octubre
        [11] noviembre
       *[12] diciembre
    }
jump = Mensajes más recientes
jump-unread =
    { $count ->
        [one] { $count } mensaje nuevo
       *[other] { $count } mensajes nuevos
    }
verified-tip = Has comparado los códigos con este contacto
panel-open = Sobre este contacto
message-deleted = Este mensaje fue eliminado
message-unsupported = Un mensaje de una versión más nueva; este programa no puede mostrarlo
message-edited = editado
message-forwarded = Reenviado
message-more = Mostrar más
message-cut = El resto no se muestra aquí. Al copiar se obtiene el mensaje entero.
quote-unknown = Un mensaje anterior
quote-own = Tú
delivery-waiting = Espera en este ordenador. { $reason }.
delivery-sent = Enviado; aún sin confirmar
delivery-received = Guardado en su ordenador
delivery-read = Dice que lo ha leído
reaction-join = Reaccionar igual
reaction-take-back = Retirar
action-reply = Responder
action-copy = Copiar
action-forward = Reenviar
action-edit = Editar
action-pin = Fijar
action-unpin = Soltar
action-delete = Eliminar
timer-on-mine = Haces que los mensajes desaparezcan { $time } después de leerlos
timer-on-theirs = La otra persona hace que los mensajes desaparezcan { $time } después de leerlos
timer-off-mine = Desde aquí dejas que los mensajes se queden
timer-off-theirs = Desde aquí la otra persona deja que los mensajes se queden
seconds =
    { $count ->
        [one] { $count } segundo
       *[other] { $count } segundos
    }
minutes =
    { $count ->
        [one] { $count } minuto
       *[other] { $count } minutos
    }
hours =
    { $count ->
        [one] { $count } hora
       *[other] { $count } horas
    }
days =
    { $count ->
        [one] { $count } día
       *[other] { $count } días
    }
composer-placeholder = Escribe un mensaje
composer-reply = En respuesta a { $name }
composer-reply-own = En respuesta a tu mensaje
composer-edit = Editas tu mensaje
composer-left =
    { $count ->
        [one] queda { $count } byte
       *[other] quedan { $count } bytes
    }
composer-too-long = Demasiado largo: un mensaje puede tener 65.536 bytes. Envíalo por partes.
send = Enviar
emoji-open = Emoji
emoji-title = Emoji
emoji-search = Buscar por nombre
emoji-none = Ningún emoji con ese nombre.

# Preguntas
delete-title = Eliminar mensaje
delete-words = Se elimina en este ordenador. En el otro permanece.
delete-words-mine = Eliminar para ambos pide a su programa que también lo elimine; no puedes tener la certeza de que lo haga.
delete-me = Eliminar para mí
delete-both = Eliminar para ambos
clear-title = Eliminar todos los mensajes
clear-words = Todos los mensajes de esta conversación se destruyen en este ordenador. En el otro permanecen.
clear-yes = Eliminar todos
block-title = Bloquear
block-question = ¿Bloquear a { $name }?
block-messages = Los mensajes que aún esperan no se envían nunca. Todos los demás permanecen en ambos ordenadores, pero la conversación desaparece de tu lista.
block-words = { $name } verá lo que vería si nunca más estuvieras en línea. Todas las claves se destruyen: no se puede deshacer.
block-yes = Bloquear para siempre
link-title = Este enlace sale de Tor
link-words = En un navegador corriente, el sitio y tu red pueden ver quién eres. Copia el enlace y ábrelo en Tor Browser.
link-copy = Copiar la dirección
forward-title = Reenviar a
forward-hint = Se ve que el mensaje fue reenviado, y no de quién.

# Contacto
panel-title = Contacto
panel-nickname = Se llama a sí mismo { $name }
pet-name = Cómo lo llamas
pet-name-placeholder = Solo lo ves tú
verify-title = Código de seguridad
verify-done = Has comparado los códigos: es quien crees.
verify-not-done = Aún sin comparar. Alguien podría haberte dado una invitación falsa.
verify-hint = Leeos estas cifras de viva voz o poned las pantallas juntas. Deben ser iguales.
verify-no-code = El código aún no está disponible.
verify-covered = El código está tapado mientras lo están los nombres.
verify-same = Son iguales
verify-undo = Retirar la verificación
panel-conversation = Conversación
panel-pinned = Mantener arriba
panel-muted = No molestar
panel-archived = Archivar
panel-read = Comunicar lo que has leído
panel-typing = Comunicar cuándo escribes

# Ajustes
settings-title = Ajustes
settings-appearance = Apariencia
settings-privacy = Privacidad
settings-network = Red
settings-profile = Perfil
settings-about = Acerca de
settings-theme = Tema
theme-system = Como el sistema
theme-light = Claro
theme-dark = Oscuro
theme-contrast = Alto contraste
settings-language = Idioma
settings-rtl-hint = Se muestra de derecha a izquierda. Al escribir, el cursor puede estar en un lugar equivocado.
settings-size = Tamaño del texto
percent = { $number } %
settings-appearance-hint = Esta elección se guarda sellada con tu perfil y vuelve a valer al desbloquearlo.
settings-read = Comunicar a los contactos lo que has leído
settings-read-hint = Apagado: saben que un mensaje llegó, y nada más.
settings-typing = Comunicar a los contactos cuándo escribes
settings-typing-hint = Solo mientras estáis conectados.
settings-earlier = Conservar las palabras de antes de una edición
settings-earlier-hint = En este ordenador, para mensajes que los contactos cambian.
settings-presentation = Cubrir nombres y vistas previas
settings-presentation-hint = Para mostrar tu pantalla a otros. Las conversaciones abiertas siguen legibles.
presentation-open = Los nombres están tapados, esta conversación no: quien vea tu pantalla puede leerla.
settings-lock = Bloquear automáticamente
lock-never = Nunca
lock-after = Cuando no haya habido nadie durante { $time }
settings-lock-hint = Como con Ctrl+L: el perfil se cierra, todo desaparece de la pantalla y no llega nada hasta desbloquearlo.
settings-retention = Cuánto tiempo se quedan aquí los mensajes
settings-retention-hint = Cada conversación puede tener su propio ajuste.
retention-until = Hasta que los elimine
retention-after = { $time } después de leerlos
retention-nothing = Nada: solo mientras el programa está en marcha
retention-default = Como todas las conversaciones
settings-doors = Se puede llegar a { $count } de { $all } de tus direcciones.
settings-contacts = Contactos
settings-nickname = Nombre que ven los contactos
settings-status = Unas palabras sobre ti que ven los contactos
settings-status-placeholder = Por ejemplo: vuelvo el lunes
settings-profile-hint = Los contactos se enteran de un cambio cuando están conectados.
about-version = Undertone { $version }
about-words = Un mensajero sin intermediario. Los contactos hablan directamente por servicios onion de Tor, con cifrado de extremo a extremo.
about-audit = Joven y sin auditar por nadie. No le confíes todavía tu seguridad.
about-licences = Undertone es software libre bajo MIT o Apache-2.0. Contiene los tipos de letra Inter, JetBrains Mono y Noto Sans Arabic (SIL Open Font License), símbolos de Lucide (ISC), nombres de emoji de Unicode (Unicode License 3.0) y los paquetes equix y hashx (LGPL-3.0).

# Órdenes
palette-title = ¿Qué quieres hacer?
palette-search = Una conversación o una orden
palette-hint = ↑ ↓ elige, Intro toma, Esc cierra
palette-dark = Tema oscuro
palette-light = Tema claro
palette-contrast = Tema de alto contraste
palette-presentation = Cubrir o mostrar nombres

# Qué revela una conversación
privacy-open = Qué se revela a quién
privacy-title = Qué revela esta conversación
reveal-me = Este ordenador
reveal-me-until = Los mensajes se guardan aquí, sellados, hasta que los elimines.
reveal-me-after = Los mensajes se guardan aquí, sellados, hasta { $time } después de leerlos.
reveal-me-nothing = Los mensajes están solo en la memoria y desaparecen cuando el programa termina.
reveal-timer = Ambos programas eliminan mensajes { $time } después de leerlos; un programa modificado no tiene por qué.
reveal-me-computer = Quien controle este ordenador mientras está desbloqueado puede leerlo todo.
reveal-contact = Tu contacto
reveal-contact-words = { $name } sabe qué escribes, cuándo, y el nombre y estado que elegiste. Puede mostrarlo a otros, pero no probar que fuiste tú.
reveal-contact-online = Puede ver cuándo tu programa está conectado con el suyo.
reveal-contact-profile = Tu foto, tu nombre y tu estado son iguales para todos los contactos, conozcan la dirección que conozcan. Si dos de ellos los comparan, ven que conocen a la misma persona.
reveal-read-on = Se le comunica lo que has leído.
reveal-read-off = No se le comunica lo que has leído, solo que llegó.
reveal-typing-on = Se le comunica cuándo escribes.
reveal-typing-off = No se le comunica cuándo escribes.
reveal-verified = Habéis comparado los códigos, así que nadie en medio puede hacerse pasar por este contacto.
reveal-not-verified = No habéis comparado los códigos: si la invitación fue cambiada por el camino, quizá lee otra persona.
reveal-muted = No puede saber que apagaste los avisos.
reveal-network = La red
reveal-network-tor = Tu proveedor ve que usas Tor y cuánto, no con quién ni para qué. El suyo también.
reveal-network-relays = Los repetidores de Tor pasan celdas selladas. Quien observe ambos extremos a la vez podría comparar cuándo estáis activos.
reveal-server = Un servidor
reveal-server-none = No hay ninguno: habláis directamente. Por eso nada llega mientras uno de los dos está ausente.

# Rechazado
refused-invitation = Esto no es una invitación que esta versión entienda. ¿Está completa?
refused-own-invitation = Esta es tu propia invitación. Dásela a otra persona.
refused-used = Ya has usado esta invitación.
refused-greeting = Un saludo puede tener 500 bytes.
refused-status = Un estado puede tener 256 bytes y ningún carácter de control.
refused-timer = Ese tiempo no es posible.
refused-reaction = Una reacción es un solo emoji.
refused-not-yours = Solo se pueden cambiar los mensajes propios.
refused-not-connected = Tu contacto no está conectado en este momento.
refused-too-soon = Eso fue hace un momento; espera un poco.
refused-pinned = Se pueden fijar como mucho 64 mensajes; suelta uno antes.
refused-empty = El mensaje está vacío.
refused-queue = Ya espera demasiado para este contacto.
refused-too-many = Ya hay demasiadas abiertas; cierra una antes.
refused-codes = Los códigos son distintos: no es quien crees.
refused-not-a-code = Esto no es un código de esta versión.
refused-own-code = Este es tu propio código.
refused-request = Esta solicitud no se puede aceptar: está dañada.
refused-closed = El perfil está cerrado.
refused-storage = No se pudo guardar: el disco está lleno o no admite escritura.
refused-no-message = Este mensaje ya no existe.
refused-gone = Esto ya no existe.
refused-stage = Esto no es posible ahora con este contacto.
refused-unsupported = Esta versión no puede hacerlo.

# Copias de un perfil
delivery-unknown = Esperaba cuando se hizo la copia de la que se restauró este perfil; quizá llegó
line-restored = Desde aquí la otra persona usa una copia restaurada de su perfil
copy-perhaps = Puede que tus contactos usen una copia más nueva de este perfil, restaurada en otro lugar. Si no fuiste tú, no escribas aquí.
copy-replaced = Una copia más nueva de este perfil se restauró en otro lugar y tus contactos usan esa. Desde aquí no se envía nada.
refused-replaced = Este contacto continúa con una copia más nueva de tu perfil
refused-busy = Ahora mismo llega demasiado; inténtalo de nuevo.

# Notifications
settings-notices = Notificaciones
notices-none = Ninguna
notices-plain = Que hay un mensaje
notices-named = También de quién
settings-notices-hint = Nunca se muestra lo que dice un mensaje. Tu escritorio puede guardar las notificaciones y mostrarlas con la pantalla bloqueada.
notice-messages =
    { $count ->
        [one] Mensaje nuevo
       *[other] { $count } mensajes nuevos
    }
notice-from =
    { $count ->
        [one] Mensaje nuevo de { $name }
       *[other] { $count } mensajes nuevos de { $name }
    }
notice-request = Alguien pide ser tu contacto

# Panic
settings-panic = Emergencia
panic-open = Destruir todo …
panic-title = ¿Destruir todo?
panic-words = Las claves de todos los perfiles de este ordenador, en esta carpeta, se sobrescriben al instante: nombres, contactos y mensajes se pierden para siempre, y ninguna frase abre nada aquí. Pulsa otra vez Ctrl+Mayús+Retroceso, o el botón.
panic-yes = Destruir todo ahora
panic-no = Volver (Esc)
panic-busy = Destruyendo …
panic-failed = No todo se pudo sobrescribir: quizá una frase aún lo abra. Destruye los propios archivos.

# Search
found-messages = Mensajes
found-busy = Buscando …
found-none = Ningún mensaje tiene estas palabras.
found-more = Más antiguos
found-index = La búsqueda aún se prepara ({ $percent } %): pueden faltar mensajes antiguos.
span-all = Siempre
span-week = 7 días
span-month = 30 días
span-year = 1 año
find-open = Buscar en esta conversación
find-placeholder = Buscar en esta conversación
find-count = { $now } de { $all }
find-count-more = { $now } de más de { $all }
find-older = Más antiguo
find-newer = Más nuevo
refused-search = Escribe una palabra que buscar.

# Short code
short-title = Comparar siete emojis
short-hint = Mientras ambos estáis conectados, en las dos pantallas aparecen los mismos siete emojis. Leéoslos de viva voz, de izquierda a derecha.
short-begin = Mostrar siete emojis en ambas pantallas
short-wait = Esperando la otra pantalla …
short-same = Son iguales
short-differ = Son distintos
short-differ-hint = Si son distintos, puede haber alguien en medio: no confíes en este contacto e intercambiad invitaciones de otro modo.
short-open = Comparar siete emojis …
short-now = Ahora hay siete emojis en ambas pantallas.
short-compare = Comparar

# Disappearing messages
timer-title = Mensajes que desaparecen
timer-hint = Vale para ambos: los dos programas borran los mensajes nuevos este tiempo después de leerlos. Cada uno puede cambiarlo, y ambos lo veis. Un programa alterado puede no borrar.
timer-stay = Permanecen
timer-tip = Los mensajes nuevos desaparecen { $time } después de leerlos

# Earlier words
action-earlier = Lo que decía antes
earlier-title = Lo que decía antes
earlier-none = No se guardó nada. En los ajustes, en privacidad, puedes elegir guardar las palabras anteriores a una edición.
earlier-until = hasta { $day }, { $time }

# Picture
picture-title = Código QR de una imagen
picture-open = De una imagen …
picture-hint-invitation = Toma la invitación de una imagen de su código QR.
picture-hint-code = Haz una foto del código en la pantalla de tu contacto y compáralo aquí.
picture-drop = Elige el archivo, suéltalo en esta ventana o escribe su nombre. Se leen PNG y JPEG.
picture-file = Archivo
picture-placeholder = Por ejemplo, /home/…/code.png
picture-read = Leer
picture-busy = Leyendo …
scan-file = Este archivo no se puede leer, o tiene más de 20 MB.
scan-picture = No es una imagen que se pueda leer aquí.
scan-no-code = No se encontró ningún código QR. ¿Es nítida la imagen y está completo el código?

# Profiles
passphrase-change = Cambiar la frase
passphrase-change-open = Cambiar la frase …
passphrase-change-hint = El perfil se cierra un momento y se abre de nuevo. Quien tenga una copia antigua de los archivos aún puede abrirla con la frase anterior.
passphrase-present = Frase de este perfil
passphrase-new = Frase nueva
beside-open = Otro perfil …
beside-title = Otro perfil
beside-hint = Aquí hay sitio para hasta cuatro perfiles, cada uno con su propia frase. Nadie puede saber cuántos hay. Varios pueden estar desbloqueados a la vez; un perfil que ahora está desbloqueado sigue así y no se sobrescribe.
beside-warning = Escribe la frase de cada uno de los demás perfiles de este ordenador que ahora esté bloqueado. Un perfil cuya frase falte aquí puede sobrescribirse para siempre.
beside-other = Frase de otro perfil de aquí: déjala vacía solo si no hay ninguno
beside-name = Nombre del perfil nuevo
beside-submit = Crear el perfil e ir a él
failure-taken = Esta frase ya abre algo aquí. Elige otra.

# Export and import
export-open = Exportar este perfil …
export-title = Exportar este perfil
export-hint = Un archivo sellado con contactos, ajustes y mensajes, para empezar de nuevo en otro ordenador. Solo se puede usar una copia: los contactos siguen con la más nueva. El perfil se cierra mientras se escribe.
export-file = Archivo nuevo
export-placeholder = Por ejemplo, /media/…/undertone.export
export-passphrase = Frase de la exportación
export-submit = Escribir la exportación
export-busy = Exportando: se escribe y se vuelve a leer para comprobar …
export-done = Exportado y comprobado.
import-open = Tengo una exportación
import-title = Empezar de nuevo desde una exportación
import-hint = Los contactos siguen con esta copia, y la anterior se entera de que fue sustituida. Nada cambia antes de comprobar todo el archivo.
import-submit = Importar
import-busy = Comprobando e importando …
failure-export = No es una exportación que abra esta frase, o está dañada.
failure-file = El archivo no se puede escribir o leer.
failure-file-exists = Ya hay un archivo con ese nombre. No se escribió nada.

# People
profile-away = Ausente
way-connected-away = Conectado; dice que está ausente
notes-title = Notas para ti
notes-open = Notas para ti
notes-begin = Aquí empiezan tus notas. Se guardan como todos los mensajes y nunca se envían.
delete-words-note = Esta nota se borra para siempre.
clear-words-notes = Todas tus notas se destruyen.
resembles = Cuidado: otro contacto también se llama { $name }. Cualquiera puede elegir cualquier nombre. Comparad los códigos, o pregunta por otro medio quién es, antes de escribir nada.
resembles-tip = Tiene el nombre de otro contacto
panel-introduced = Presentado por { $by } como { $name }.
waits-contact = { $name } no tiene conexión. Lo que envíes espera aquí y sale por sí solo.
waits-hidden = Apareces sin conexión. Lo que envíes espera aquí hasta que vuelvas.
waits-invisible = Eres invisible para { $name }. Lo que escribáis espera.

# Presence
settings-presence = Disponibilidad
presence-online = En línea
presence-online-hint = Los contactos ven que estás conectado.
presence-away = Ausente
presence-away-hint = Los mensajes van y vienen. Los contactos saben que estás ausente; nada vigila tu teclado.
presence-offline = Aparecer sin conexión
presence-offline-hint = No se llama a nadie y nadie llega a ti, como si el programa no estuviera en marcha. Los mensajes esperan en ambos lados.
settings-requests = Desconocidos con una invitación pueden solicitar
settings-requests-hint = Encendido: quien tenga una de tus invitaciones puede solicitar, y ver por su dirección si estás. Apagado: esas direcciones están cerradas. Las invitaciones siguen siendo válidas; el programa de quien solicite entretanto lo reintenta durante 14 días.
invite-closed-now = Cerrada ahora: las solicitudes están apagadas, o eres invisible para alguien que la usó

# Addresses
circle-title = Tu dirección para este contacto
circle-alone = Nadie más conoce esta dirección.
circle-shared = La misma dirección la conocen { $names }.
circle-hint = Los contactos que conocen la misma dirección pueden notar, si comparan, que conocen a la misma persona. Lo que alguien sabía antes de un cambio lo sigue sabiendo.
circle-same-name = Lo que ven de ti, foto, nombre y estado, es igual en todas las direcciones: con ello también contactos de direcciones distintas reconocen a la misma persona, mientras no lo cambies.
circle-not-reachable = Aún no es accesible.
circle-move = Compartir otra dirección …
circle-renew = Dirección nueva para todos ellos
circle-renew-one = Dirección nueva
circle-own = Una dirección propia
circle-with = La dirección que conocen { $names }
circle-nowhere = No hay otra dirección que compartir.
circle-now-alone = Ahora: solo la conoce { $name }
circle-now-shared = Ahora: compartida con { $names }
circle-change = Cambiar la dirección
panel-invisible = Invisible para este contacto
panel-invisible-hint = Ve lo que vería si este programa no estuviera en marcha. Los mensajes esperan en ambos lados. A quien compartía la dirección se le comunica otra.

# Introductions
introductions = Presentaciones
introduce-open = Presentar a alguien …
introduce-title = Presentar dos contactos
introduce-whom = ¿A quién quieres presentar a { $name }?
introduce-nobody = Aún no hay nadie más.
introduce-told = Nombre que { $told } ve para { $about }
introduce-hint = A cada uno se le pregunta y se le dice el nombre que aquí figura. No se dice nada más antes de que ambos acepten.
introduce-limits = Tras el sí de ambos, una invitación para una persona pasa por ti de uno a otro. Una presentación termina a los 14 días.
introduce-submit = Ofrecer la presentación
introduction-offer = { $by } quiere presentarte a «{ $name }»
introduction-offer-hint = { $by } escribió este nombre; no prueba nada. Si ambos aceptáis seréis contactos; hasta entonces nadie sabe más que un nombre. Comparad después los códigos: { $by } podría poner a otra persona en medio.
introduction-accept = Sí
introduction-refuse = No
introduction-by = { $by } te presenta a «{ $name }»
introduction-mine = Presentas a { $first } y { $second }
introduction-asked = Se les ha preguntado.
introduction-agreed = Has dicho que sí. La otra persona aún no ha llegado.
introduction-declined = Has dicho que no.
introduction-one-declined = Una de las dos dijo que no.
introduction-led = Ahora sois contactos.
introduction-failed = No llegó a nada.
introduction-both = Ambos dijeron que sí. La invitación está en camino.
introduction-passed = Tienen lo necesario para ser contactos.
notice-introduction = Un contacto quiere presentarte a alguien
refused-circle-full = 16 contactos comparten una dirección como máximo.
refused-invisible = Eres invisible para este contacto. Hazte visible primero.
refused-picture = Esto no es una imagen PNG, JPEG o WebP legible.
refused-introduction = Ya hay una presentación de ambos en curso.

# Files and pictures of people
choose-file = Elegir …
choose-none = El escritorio no tiene aquí un diálogo de archivos. Escribe el nombre del archivo con sus carpetas.
picture-own = Tu imagen
picture-choose-own = Elegir una imagen …
picture-remove = Quitar
picture-own-hint = La ven los contactos, no los desconocidos. Solo se envía el centro, 128 por 128 píxeles; sin lugar, cámara ni fecha.
passphrase-new-profile = Frase de contraseña del perfil nuevo
import-beside-open = Otro perfil desde una exportación …
import-beside-hint = La copia pasa a ser otro perfil aquí. Los contactos siguen con ella, y la anterior se entera de que fue sustituida. Nada cambia hasta que se comprueba todo el archivo.

# Emoji of the short code
emoji-dog = Perro
emoji-cat = Gato
emoji-lion = León
emoji-horse = Caballo
emoji-unicorn = Unicornio
emoji-pig = Cerdo
emoji-elephant = Elefante
emoji-rabbit = Conejo
emoji-panda = Panda
emoji-rooster = Gallo
emoji-penguin = Pingüino
emoji-turtle = Tortuga
emoji-fish = Pez
emoji-octopus = Pulpo
emoji-butterfly = Mariposa
emoji-flower = Flor
emoji-tree = Árbol
emoji-cactus = Cactus
emoji-mushroom = Seta
emoji-globe = Globo
emoji-moon = Luna
emoji-cloud = Nube
emoji-fire = Fuego
emoji-banana = Plátano
emoji-apple = Manzana
emoji-strawberry = Fresa
emoji-corn = Maíz
emoji-pizza = Pizza
emoji-cake = Tarta
emoji-heart = Corazón
emoji-smiley = Carita
emoji-robot = Robot
emoji-hat = Sombrero
emoji-glasses = Gafas
emoji-spanner = Llave inglesa
emoji-santa = Papá Noel
emoji-thumbs-up = Pulgar arriba
emoji-umbrella = Paraguas
emoji-hourglass = Reloj de arena
emoji-clock = Despertador
emoji-gift = Regalo
emoji-light-bulb = Bombilla
emoji-book = Libro
emoji-pencil = Lápiz
emoji-paperclip = Clip
emoji-scissors = Tijeras
emoji-lock = Candado
emoji-key = Llave
emoji-hammer = Martillo
emoji-telephone = Teléfono
emoji-flag = Bandera
emoji-train = Tren
emoji-bicycle = Bicicleta
emoji-aeroplane = Avión
emoji-rocket = Cohete
emoji-trophy = Trofeo
emoji-ball = Balón
emoji-guitar = Guitarra
emoji-trumpet = Trompeta
emoji-bell = Campana
emoji-anchor = Ancla
emoji-headphones = Auriculares
emoji-folder = Carpeta
emoji-pin = Chincheta

# Desktop
tray-show = Mostrar
tray-hide = Ocultar
tray-lock = Bloquear ahora
tray-quit = Salir
settings-desktop = Escritorio
settings-linger = Seguir en marcha al cerrar la ventana
settings-linger-hint = El perfil sigue desbloqueado tras el icono de la bandeja, y quien use este ordenador ve el icono. Apagado: cerrar la ventana termina el programa.
settings-motion = Movimiento
settings-still = Nada se mueve
settings-still-hint = El trabajo largo se indica solo con palabras, sin barra en movimiento.
settings-still-system = El sistema ya desea que nada se mueva.

# Copies
settings-copies = Perfiles y copias
settings-copies-hint = Para todo esto el perfil se cierra un momento.

# Further
import-beside-title = Otro perfil desde una exportación

# Introduced
panel-introduced-unproven = Eso no prueba nada.

# Progress
doing-key = Calculando la clave a partir de la frase …
doing-checking = Comprobando que no falte nada …
doing-writing = Escribiendo: { $percent } %
doing-reading = Leyendo y verificando: { $percent } %
doing-storing = Guardando: { $percent } %
doing-network = Iniciando Tor …
doing-profile = Abriendo el perfil …

# Health
health-disk-low = Queda poco espacio en el disco: { $size } MB. Cuando esté lleno no podrá llegar nada más. Libera espacio.
health-disk-full = El disco está lleno: no llega ni sale nada hasta que haya espacio. Aún puedes leer, borrar y exportar a otro disco.
health-export-never = Este perfil nunca se ha exportado. Si se pierde este ordenador, se pierden con él los contactos y los mensajes.
health-export-old = La última exportación tiene más de 30 días. Lo que llegó después está solo en este ordenador.
health-export = Exportar ahora
health-later = Ahora no
