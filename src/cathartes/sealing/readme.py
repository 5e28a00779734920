"""README.txt of a package: how to check it without this program, by ``age`` and ``openssl``.

The lines that begin with four blanks are commands; a test runs them as they stand.
"""

from cathartes.casework.public_key import PublicKey
from cathartes.casework.tlp import marking
from cathartes.sealing.statement import PackageFacts

_TEXT = r"""{marking}
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

1. Open it. age fails if it was changed on its way, or is for somebody else.
    age --decrypt --identity "$IDENTITY" --output package.zip "$PACKAGE"
    unzip -q package.zip -d package

2. Take the signed statement out, and what exactly was signed (DSSE).
    sed 's/.*"payload":"\([^"]*\)".*/\1/' package/statement.dsse.json > payload.base64
    openssl base64 -d -A -in payload.base64 -out statement.json
    sed 's/.*"sig":"\([^"]*\)".*/\1/' package/statement.dsse.json > signature.base64
    openssl base64 -d -A -in signature.base64 -out signature
    printf 'DSSEv1 28 application/vnd.in-toto+json %d ' $(wc -c < statement.json) > signed
    cat statement.json >> signed

3. Check the signature. OpenSSL has to say: Signature Verified Successfully.
    printf '\060\052\060\005\006\003\053\145\160\003\041\000' > sender.der
    printf %s "$SENDER_KEY" | openssl base64 -d -A >> sender.der
    openssl pkey -pubin -inform DER -in sender.der -out sender.pem
    openssl pkeyutl -verify -pubin -inkey sender.pem -rawin -in signed -sigfile signature

4. Check every file against the statement. Nothing must differ: diff prints nothing.
    (cat statement.json; echo) | tr '{{' '\n' > lines
    sed -n 's/^"sha256":"\([0-9a-f]*\)"}},"name":"\([^"]*\)".*/\1 *\2/p' lines > expected
    (cd package && find . -type f ! -name statement.dsse.json) > paths
    sed 's|^\./||' paths | LC_ALL=C sort > names
    (cd package && xargs openssl dgst -sha256 -r) < names > found
    diff expected found

5. Read statement.json. Your own id and age recipient have to stand there
   ("recipient", "recipient_key"), and the sender's key number ("sender_key"). "signed" is when,
   by the sender's clock. Ask yourself whether that key was revoked by then.

WHAT IS IN IT
manifest.json says of each file what it is.
"""


def readme_text(facts: PackageFacts, sender: PublicKey) -> bytes:
    """Return the text, for the recipient of a package."""
    return _TEXT.format(
        marking=marking(facts.tlp, is_exercise=facts.is_exercise),
        kind=facts.kind.value.capitalize(),
        release_id=facts.release_id,
        recipient=facts.recipient,
        owner=sender.owner,
        fingerprint=sender.fingerprint,
    ).encode()
