"""The sentences in which people at the pages meet errors, with what is put into them in braces.

They stand as errors are written where they arise; catalogues translate them as they stand. Of each
group the narrower come before the wider: the first that fits is taken.
"""

from cathartes.web.texts import said

REVIEWING = (
    said("detection {id}: this is what {person} said before; nothing was added."),
    said("detection {id} was changed since it was looked at; nothing was kept. Look at it again."),
    said("detection {id}: {why}"),
    said("it was settled as inconclusive, which nobody can rewrite."),
    said("it is settled; only who reviewed it can have another mind."),
    said("reviews are blind until the detection is settled."),
    said("{question}: it was not answered; choose one of: {words}."),
    said("{question}: {found} is no answer; choose one of: {words}."),
    said("whether it is a real plume"),
    said("whether a rate may be given"),
    said("how sure you are"),
    said("flags"),
    said("note of {n} characters; at most {most} are kept: shorten it."),
    said("note: it has a zero byte, which is no text; write it again."),
    said("origin: it can't be read; [longitude, latitude] in degrees is needed. Drag it again."),
    said("outline: it can't be read; a polygon in GeoJSON is needed. Draw it again."),
    said("outline: it is empty or crosses itself; draw it again."),
    said(
        "origin at longitude {longitude}, latitude {latitude}; degrees are needed, longitude first."
    ),
    said(
        "outline from longitude {west} to {east}, latitude {south} to {north}; degrees are needed, "
        "longitude first."
    ),
    said(
        "drawn at longitude {longitude}, latitude {latitude}: more than {km} km from the detection "
        "at {at_longitude}, {at_latitude}; correct the numbers, longitude first."
    ),
    said("note: the character {character} is not printable; take it out of the note."),
)
NOT_THERE = (
    said(
        "no detection {id} in this casebook: its observation was never recorded, or was superseded "
        "or removed; the audit says which."
    ),
    said(
        "no observation {id} in this casebook: it was never recorded, or was superseded or "
        "removed; the audit says which."
    ),
    said("no site {id} in this casebook; `cathartes sites` lists those there are."),
    said("no sortie {id} in this casebook; `cathartes run` enters it."),
    said("no release {id} in this casebook; `cathartes release list` shows those there are."),
    said("no partner {id} in this casebook; {there}. Enter it with `cathartes partner add`."),
    said("no mandate {id} in this casebook; {there}. Enter it with `cathartes mandate add`."),
    said("no user {id} in this casebook; `cathartes user list` shows those there are."),
    said("no entry {number} in this casebook's audit."),
    said("there are: {ids}"),
    said("there is none"),
    said("there is no such release for your office."),
    said("release {id}: no answer to it has the file {sha256}."),
    said("observation {id} has no evidence {sha256}… for you."),
    said(
        "the list can't go on after {id}, which is not in this casebook any more; begin the list "
        "again."
    ),
)
PEOPLE = (
    said("it is somebody else's."),
    said("it is your own account: ask another administrator, or use `cathartes user`."),
    said("you drafted or submitted it: another person must decide."),
    said("it rests on a review of yours: another person must decide."),
    said("{who} is {held}; to {action} one must be {needed}."),
    said("up to 64 lower-case letters, digits and . _ @ - are needed."),
    said("a name of 1 to 200 printable characters is needed, by which others know who it is."),
    said("at least one role is needed, each once, sorted."),
    said("user {id}: {held}; {lonely} goes with no other role: make two accounts for two persons."),
    said("a partner's officer needs the partner's name, and nobody else."),
    said("the identity {identity} is another account's already."),
    said("user {id} is there already, and stays as it is; take another id."),
    said("user {id} is enabled already; nothing was changed."),
    said("user {id} is disabled already; nothing was changed."),
    said(
        "a token's name, of 1 to 100 printable characters, is needed: say which program it is for."
    ),
    said("a token is good for 1 to {days} days; choose among them."),
    said(
        "{id} has {n} tokens, which is the most there may be; withdraw one that no program needs."
    ),
    said("there is no such token of yours; nothing was changed."),
    said("{n} pages of yours look on already; close one, then load this again."),
    said("this sign-in did not begin in this browser, or took too long; begin again."),
    said(
        "no account here is of {subject}, or it is disabled. An administrator can enter one: "
        "{command}."
    ),
    said("the identity provider signed nobody in ({why}); begin again."),
    said(
        "{issuer} does not answer as an identity provider does ({why}); sign in by password, or "
        "try later."
    ),
)
RELEASING = (
    said("its content is another than was looked at; look at it again, then go on."),
    said("the record of partner {id} was changed since it was drafted; draft it anew."),
    said("it is {label}, and the partner may get up to {ceiling}."),
    said("{id} tells partner {partner} of this site already, and stands; draft an update of it, or "
         "recall it first."),
    said("{id} took the place of what it names, and stands; update or recall that one."),
    said("{id} is a recall, which is neither replaced nor taken back; tell of the site anew by a "
         "first notice."),
    said("{id} was not told to {partner}."),
    said("its mandate {id} is not in the casebook."),
    said("mandate {id} does not name partner {partner}."),
    said("site {id} is changed since then; draft it anew."),
    said("site {id} is gone since then; draft it anew."),
    said("the detections of site {id} changed since; draft it anew."),
    said("what reviews confirm of site {id} changed since; draft it anew."),
    said(
        "no detection of site {id} is confirmed by review with at least medium confidence; nothing "
        "else is released."
    ),
    said("{what} was changed while it was drafted; draft it anew."),
    said(
        "an update or a recall needs its reason: say why what was told is replaced or taken back."
    ),
    said("it has nothing that can be read; write something."),
    said("it has {n} characters; up to {most} are taken: shorten it."),
    said("it has the character {character}, which can't be seen; take it out."),
    said("message"),
    said("reason"),
    said("sender's name"),
    said("the record of partner {id}"),
    said("what is attributed to site {id}"),
    said("what reviews confirm of site {id}"),
    said("it is {state}; to {step} it must be {needed}."),
    said("it is {state}, and can't be delivered."),
    said("a reason of up to {most} printable characters is needed."),
    said("to {step} it, say why."),
    said(
        "{id} approved it, and may not any more ({why}) Refuse it, and let another person approve "
        "it."
    ),
    said(
        "its content tells partner {id} {fields}, which its record does not allow; draft it anew."
    ),
    said(
        "its place is told by a cell of {size} m, and partner {id} is told cells of {cell} m; "
        "draft it anew."
    ),
    said(
        "it says that {name} sends it, and the key that would sign is that of {owner}. Send it "
        "with that sender's keys (--keys); or write it anew from {same} (`{command}`) and have it "
        "approved again."
    ),
    said(
        "the key of partner {id} is not among those that you trust, so that nobody can say whether "
        "it still holds. Take in the file that the partner exported: `cathartes key import-sender "
        "FILE --fingerprint …`."
    ),
    said(
        "release {id} is {label}, and partner {partner} may get up to {ceiling}; label it lower if "
        "that is right, or raise the ceiling."
    ),
    said(
        "release {id} is {state}: it can't be written anew. What was sent is replaced by "
        "`cathartes release update`, or taken back by `recall`."
    ),
    said(
        "release {id} is {state}: the partner does not have it. Write it anew (`cathartes release "
        "redraft`) or drop it (`cathartes release drop`)."
    ),
    said(
        "release {id} is {state} and was not sent: nothing of it is delivered. Once it is "
        "approved: {command}"
    ),
    said(
        "release {id} is {state}: it must not reach the partner now. Deliver the release that took "
        "its place, or its recall."
    ),
    said("partner {id} is disabled, and is told nothing more; recalls alone are delivered."),
    said("partner {id} is disabled, and is told nothing more."),
    said(
        "partner {id} is disabled and is told nothing more; enable it first, or choose another."
    ),
    said(
        "mandate {id} does not allow sharing with partner {partner}; it names {named}: a mandate "
        "that names it is needed."
    ),
    said("nobody"),
    said(
        "partner {id} may not be told under mandate {mandate}: its profile has {profile}; add it "
        "there if that is right."
    ),
    said("no mandate"),
    said("partner {id} may not be told under mandate {mandate}."),
    said(
        "mandate {id} was revoked on {moment}. Nothing more may be analysed or released under "
        "it; a new mandate is needed."
    ),
    said("mandate {id} begins on {moment} UTC; it is not in force yet."),
    said(
        "site {id} is not confirmed by review; two reviewers who agree are needed before anything "
        "of it is released."
    ),
    said(
        "site {id} is confirmed with low confidence, which is kept and never released; medium or "
        "more is needed."
    ),
    said(
        "the key can't be unlocked ({why}): another passphrase is needed, or its file is damaged."
    ),
    said(
        "the key was not unlocked: this machine is too busy or too slow for its lock ({why}); "
        "whether the passphrase is right is not known. Try again when less runs."
    ),
    said("no key of yours that is valid now; make one: `cathartes key create`."),
)  # fmt: skip
DELIVERING = (
    said("lies at {path}"),
    said("message written: open {path} and send it"),
    said("taken by {server}, which said {status}"),
    said("marks set: {set}, taken away: {gone}; handed to {server}, which gives no receipt"),
    said("no folder is there; is the share or stick connected?"),
    said("another file of that name is there, and stays; look what it is, and move it."),
    said("can't be written: {why}."),
    said("can't be made: {why}."),
    said("no answer within {time} s; try later, or with a longer --timeout."),
    said("no connection ({why}); is the server up, and the address right?"),
    said("TLS failed ({why}); does the server take our certificate?"),
    said(
        "its certificate does not hold ({why}); nothing was sent. Ask the partner; its "
        "authority's certificate belongs into {path}."
    ),
    said("the server did not come to an end; cut after {time} s. Try later."),
    said(
        "it sends us elsewhere ({status}), which is not followed; if the address is "
        "another now, the partner's record needs it."
    ),
    said("it does not let us in ({status}); ask the partner which certificate it wants."),
    said("it takes no file of this size (413); deliver it another way."),
    said("it did not take the package ({status}); ask the partner, or try later."),
    said(
        "TAK servers want to see a certificate; put the one that the partner issued for "
        "us, with its key, into {path}."
    ),
    said(
        "the server closed the connection at once; it may not take our certificate, or "
        "this kind of message. Ask the partner whether the mark is there."
    ),
    said("TLP:RED is for the persons who are told; it is shown on no map."),
    said(
        "the record of partner {id} was changed since release {release} was approved, and a mark "
        "is not sealed: it is shown on no map. To show it, draft an update: `{command}`."
    ),
)
ANSWERING = (
    said("a dispute needs its reason, and no other answer has one."),
    said("a text of up to {most} printable characters is needed."),
    said("visited on {day}, after it was answered ({answered}); correct the day, or the clock."),
    said(
        "visited on {day}, before the place was first seen; correct the day. What was known of the "
        "place before goes into the note."
    ),
    said(
        "visited on {day}, before the release was issued by more than a year; correct the day. "
        "What was known of the place before goes into the note."
    ),
    said("'{answer}' with quantities seized; confirm it first."),
    said("up to {most} attachments of different names are needed."),
    said("what and its unit are needed, as 1 to 200 printable characters each."),
    said("{amount}; an amount from 0 to {most} is needed: say it in another unit."),
    said("'{answer}' can't follow '{before}'; {possible} can."),
    said("'{answer}' to a recall; {possible} can be answered to it."),
    said("nothing"),
    said("that release was {state}; answer the one that the partner got last."),
    said(
        "it was taken in on {moment} UTC already; the same once more is a replay, and was not kept."
    ),
    said("{n} bytes; 1 to {most} are taken. Make images smaller, or divide it."),
    said("files named {kinds} are taken, no others."),
    said("its bytes are not what its name says; it is not taken."),
    said("text in UTF-8 is needed; save it so."),
    said("it is named as a PDF and is none."),
    said("the attachments have {size} bytes; at most {most} are taken together."),
)
UNREADABLE = (
    said("one of these is needed: {words}."),
    said("at most {max_length} characters are taken."),
    said("at most {max_length} are taken."),
    said("at least {ge} is needed."),
    said("at most {le} is needed."),
)
PARTNERS = (
    said("up to 64 lower-case letters, digits and . _ - are needed."),
    said("a name of 1 to 200 printable characters is needed."),
    said("country {country}: two capital letters are needed, as MX."),
    said("at least one language is needed, each once: it must read this."),
    said("language {language}: a code is needed, as es or es-MX."),
    said(
        "its key is that of partner {other} already; each needs its own, or nobody "
        "could tell who answered."
    ),
    said("partner {id} is there already, and stays as it is; take another id, or change it."),
    said("partner {id} is so already; nothing was changed."),
    said("partner {id} is enabled already; nothing was changed."),
    said("partner {id} is disabled already; nothing was changed."),
    said("delivery by {way} to {target}: {what} is needed."),
    said("a folder"),
    said("one address, as duty@office.example,"),
    said("an address that begins with https://, without a user name,"),
    said("a server and its port, as tak.office.example:8089,"),
    said(
        "its fingerprint is {key}, which is not what was told ({told}). Have the sender "
        "read theirs aloud, by telephone, and pass that: --fingerprint."
    ),
    said("no key"),
)
ELSEWHERE = (
    said("from {since} to {until} UTC: the first must be before the second."),
    said("a moment between the years 1 and 9999 is needed."),
    said("the map's places are still being read; try again in a minute."),
    said("this raster does not lie on a map: it has no reference system."),
    said("no raster {sha256} in this casebook."),
    said("this raster is of somebody else's sorties."),
)

WHAT = (
    said("release {id}"),
    said("response {id} to {release}"),
    said("partner {id}"),
    said("user {id}"),
    said("attachment {name}"),
    said("seized {what}"),
)
"""What stands before a colon."""
LAST = (said("{what}: {why}"),)

SENTENCES = (
    *REVIEWING, *NOT_THERE, *PEOPLE, *RELEASING, *DELIVERING, *ANSWERING, *PARTNERS, *ELSEWHERE,
    *WHAT, *UNREADABLE, *LAST,
)  # fmt: skip
"""The narrower before the wider: the first that fits is taken."""
