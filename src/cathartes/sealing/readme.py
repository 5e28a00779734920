"""README.txt of a package: how to check it without this program, by ``age`` and ``openssl``.

The lines that begin with four blanks are commands, the same in each language; a test runs them as
they stand.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from cathartes.casework.public_key import PublicKey
from cathartes.casework.tlp import marking
from cathartes.sealing.statement import Kind, PackageFacts

Language = Literal["en", "es"]

_COMMANDS = {
    "open": r"""
    age --decrypt --identity "$IDENTITY" --output package.zip "$PACKAGE"
    unzip -q package.zip -d package""",
    "take_out": r"""
    sed 's/.*"payload":"\([^"]*\)".*/\1/' package/statement.dsse.json > payload.base64
    openssl base64 -d -A -in payload.base64 -out statement.json
    sed 's/.*"sig":"\([^"]*\)".*/\1/' package/statement.dsse.json > signature.base64
    openssl base64 -d -A -in signature.base64 -out signature
    printf 'DSSEv1 28 application/vnd.in-toto+json %d ' $(wc -c < statement.json) > signed
    cat statement.json >> signed""",
    "signature": r"""
    printf '\060\052\060\005\006\003\053\145\160\003\041\000' > sender.der
    printf %s "$SENDER_KEY" | openssl base64 -d -A >> sender.der
    openssl pkey -pubin -inform DER -in sender.der -out sender.pem
    openssl pkeyutl -verify -pubin -inkey sender.pem -rawin -in signed -sigfile signature""",
    "files": r"""
    (cat statement.json; echo) | tr '{' '\n' > lines
    sed -n 's/^"sha256":"\([0-9a-f]*\)"},"name":"\([^"]*\)".*/\1 *\2/p' lines > expected
    (cd package && find . -type f ! -name statement.dsse.json) > paths
    sed 's|^\./||' paths | LC_ALL=C sort > names
    (cd package && xargs openssl dgst -sha256 -r) < names > found
    diff expected found""",
}

_ENGLISH = """{marking}
{kind} {release_id}, for {recipient}

WHO SAYS SO
This package says that it was signed by
  {owner}
  key {fingerprint}
Do not believe it because it stands here. The sender's keys were given to you by
another way: compare this number with what you then noted down, or telephone.

CHECK IT WITH CATHARTES
  cathartes verify PACKAGE.cathartes

CHECK IT WITHOUT: age (1.0 or newer), OpenSSL (3.0 or newer), unzip, a POSIX shell
Begin in an empty folder. Say where the package and your age identity are, and
which signing key the sender gave you (44 characters that end with =):
  PACKAGE=/path/PACKAGE.cathartes
  IDENTITY=/path/identity.age
  SENDER_KEY=...

1. Open it. age fails if it was changed on its way, or is for somebody else.{open}

2. Take the signed statement out, and what exactly was signed (DSSE).{take_out}

3. Check the signature. OpenSSL has to say: Signature Verified Successfully.{signature}

4. Check every file against the statement. Nothing must differ: diff prints nothing.{files}

5. Read statement.json. Your own id and age recipient have to stand there
   ("recipient", "recipient_key"), and the sender's key number ("sender_key"). "signed" is when,
   by the sender's clock. Ask yourself whether that key was revoked by then.

WHAT IS IN IT
manifest.json says of each file what it is.
"""

_SPANISH = """{marking}
{kind} {release_id}, para {recipient}

QUIÉN LO DICE
Este paquete dice que lo firmó
  {owner}
  clave {fingerprint}
No lo crea porque esté escrito aquí. Las claves del remitente se le entregaron por
otra vía: compare este número con el que anotó entonces, o llame por teléfono.

COMPROBARLO CON CATHARTES
  cathartes verify PACKAGE.cathartes

COMPROBARLO SIN ÉL: age (1.0 o posterior), OpenSSL (3.0 o posterior), unzip, una shell POSIX
Empiece en una carpeta vacía. Indique dónde están el paquete y su identidad de age, y
qué clave de firma le dio el remitente (44 caracteres que terminan en =):
  PACKAGE=/ruta/PACKAGE.cathartes
  IDENTITY=/ruta/identity.age
  SENDER_KEY=...

1. Ábralo. age falla si se cambió en el camino, o si es para otra persona.{open}

2. Saque la declaración firmada, y lo que se firmó exactamente (DSSE).{take_out}

3. Compruebe la firma. OpenSSL tiene que decir: Signature Verified Successfully.{signature}

4. Compruebe cada archivo con la declaración. Nada debe diferir: diff no imprime nada.{files}

5. Lea statement.json. Tienen que estar ahí su propio identificador y su destinatario de age
   ("recipient", "recipient_key"), y el número de la clave del remitente ("sender_key"). "signed"
   es cuándo, según el reloj del remitente. Pregúntese si esa clave estaba ya revocada.

QUÉ CONTIENE
manifest.json dice de cada archivo qué es.
"""

_TEXTS: Mapping[Language, str] = MappingProxyType({"en": _ENGLISH, "es": _SPANISH})
_ABOUT: Mapping[Language, str] = MappingProxyType(
    {
        "en": "How to check this package without Cathartes, by age and OpenSSL.",
        "es": "Cómo comprobar este paquete sin Cathartes, con age y OpenSSL.",
    }
)
_KINDS: Mapping[Language, Mapping[Kind, str]] = MappingProxyType(
    {
        "en": {kind: kind.value.capitalize() for kind in Kind},
        "es": {
            Kind.RELEASE: "Comunicación",
            Kind.CORRECTION: "Actualización",
            Kind.RECALL: "Anulación",
            Kind.RESPONSE: "Respuesta",
        },
    }
)


def readme_text(
    facts: PackageFacts, sender: PublicKey, language: Language = "en"
) -> tuple[str, bytes]:
    """Return (what it is, the text), for the recipient of a package."""
    text = _TEXTS[language].format(
        marking=marking(facts.tlp, is_exercise=facts.is_exercise),
        kind=_KINDS[language][facts.kind],
        release_id=facts.release_id,
        recipient=facts.recipient,
        owner=sender.owner,
        fingerprint=sender.fingerprint,
        **_COMMANDS,
    )
    return _ABOUT[language], text.encode()
