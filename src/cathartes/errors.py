"""Every failure that Cathartes raises, in one tree.

::

    CathartesError                     1  something of ours failed
    ├── SettingsError                  2  an option or a settings file is wrong
    ├── InputError                    10  what was given can't be used
    │   ├── UnknownFormatError        11  no reader takes the file
    │   ├── TruncatedFileError        12  fewer bytes than the header promises
    │   ├── HeaderError               13  a header is missing something or contradicts its data
    │   ├── UnitError                 14  a unit is unknown or can't be right
    │   └── NotGasPhaseError          15  a spectrum is not one of a gas
    ├── NoSignatureError              20  no gas of the library shows in these bands
    ├── UnknownGasError               21  no gas of that name in the library
    ├── NumericalError                30  the arithmetic has no trustworthy answer
    │   └── SingularCovarianceError   31  a covariance can't be inverted
    ├── OutputError                   40  a result can't be written where it was asked
    ├── CasebookError                 41  the casebook can't be opened, or lacks what is asked
    │   └── EvidenceError             42  evidence is missing, or is not what its hash says
    ├── MandateError                  43  no mandate allows it
    ├── AuditError                    44  the audit chain is broken
    ├── AccessError                   45  this person may not, or the account can't be
    ├── ReviewError                   46  a review can't be kept as it is
    ├── ReleaseError                  47  a release, or the partner it is for, can't be so
    ├── PackageError                  48  a package can't be trusted, or can't be made
    ├── KeyringError                  49  a key is missing, locked, expired or revoked
    ├── NoConnectionError             50  something would have to be fetched and can't be
    └── MissingExtraError             51  an optional package is not installed

The number is the exit code of the command line. A message says what was found, what is required,
and what to do. Raise where data enter; only the faces (command line, web) catch.
"""

from typing import ClassVar


class CathartesError(Exception):
    """Root of the tree: catching it catches every failure that Cathartes knows of."""

    exit_code: ClassVar[int] = 1


class SettingsError(CathartesError):
    """An option or a settings file is wrong."""

    exit_code = 2


class InputError(CathartesError):
    """What was given can't be used."""

    exit_code = 10


class UnknownFormatError(InputError):
    """No reader takes the file."""

    exit_code = 11


class TruncatedFileError(InputError):
    """The file holds fewer bytes than its header promises."""

    exit_code = 12


class HeaderError(InputError):
    """A header misses something that is needed, or contradicts its data."""

    exit_code = 13


class UnitError(InputError):
    """A unit is unknown, or can't be right for these numbers."""

    exit_code = 14


class NotGasPhaseError(InputError):
    """A spectrum was not measured in the gas phase."""

    exit_code = 15


class NoSignatureError(CathartesError):
    """No gas of the library shows in these bands."""

    exit_code = 20


class UnknownGasError(CathartesError):
    """The library has no gas of that name."""

    exit_code = 21


class NumericalError(CathartesError):
    """The arithmetic has no trustworthy answer."""

    exit_code = 30


class SingularCovarianceError(NumericalError):
    """A covariance can't be inverted in double precision."""

    exit_code = 31


class OutputError(CathartesError):
    """A result can't be written where it was asked.

    What was found, and perhaps apart what to do: who knows more of the folder says that instead.
    """

    exit_code = 40

    def __str__(self) -> str:
        """Return all that is said."""
        return " ".join(self.args)


class CasebookError(CathartesError):
    """The casebook can't be opened, is of another version, or does not hold what is asked."""

    exit_code = 41


class EvidenceError(CasebookError):
    """Evidence is missing, or its bytes are not what their hash says."""

    exit_code = 42


class MandateError(CathartesError):
    """No mandate allows it, or the mandate itself can't be."""

    exit_code = 43


class AuditError(CathartesError):
    """The audit chain is broken: something was changed, left out or added."""

    exit_code = 44


class AccessError(CathartesError):
    """Somebody may not do this, or an account can't be as it was told."""

    exit_code = 45


class ReviewError(CathartesError):
    """A review is not whole, or what it judged is not there or is settled."""

    exit_code = 46


class ReleaseError(CathartesError):
    """A release may not be made so, or the partner it is for can't be as it was told."""

    exit_code = 47


class PackageError(CathartesError):
    """A package is not whole, is not from whom it should be, or can't be made."""

    exit_code = 48


class KeyringError(CathartesError):
    """A key is missing, locked, expired or revoked, or its files are not kept as they must be."""

    exit_code = 49


class NoConnectionError(CathartesError):
    """Something would have to be fetched, and there is no connection."""

    exit_code = 50


class MissingExtraError(CathartesError):
    """An optional package is needed and not installed."""

    exit_code = 51


EXIT_INCONCLUSIVE = 3
"""Exit code of a run that went through, with an observation that says nothing."""
EXIT_UNEXPECTED = 70
"""Exit code after a failure outside the tree: a fault in Cathartes (EX_SOFTWARE of sysexits)."""
EXIT_SYSTEM = 71
"""Exit code when the operating system refused: no space, no permission, no memory (EX_OSERR)."""
EXIT_INTERRUPTED = 130
"""Exit code after Ctrl-C: the shell's own convention, 128 + SIGINT."""
