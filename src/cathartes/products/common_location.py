"""One gas by several sorties, and its answer in the form of a single log's."""

from dataclasses import dataclass

from cathartes.locate.common_result import CommonSources
from cathartes.locate.result import LogSources


@dataclass(frozen=True, slots=True)
class CommonGas:
    """One gas by several sorties.

    Attributes
    ----------
    found
        By all together.
    alone
        Sortie's name to what its logs say alone.
    """

    found: CommonSources
    alone: dict[str, LogSources]

    @property
    def log_views(self) -> frozenset[str]:
        """Names of the views that are logs."""
        return frozenset(
            sortie.views[0].name for sortie in self.found.sorties if sortie.name in self.alone
        )


def as_log_sources(found: CommonSources) -> LogSources:
    """Return what all sorties say in the form of a single log's answer."""
    return LogSources(
        chemical=found.chemical,
        outcome=found.outcome,
        reason=found.reason,
        why=found.why,
        sources=tuple(source.estimate for source in found.sources),
        total_rate_kg_h=found.total_rate_kg_h,
        posterior=None,
        model="",
        curtains=(),
        warnings=found.warnings,
        detectable_kg_h=float("nan"),
    )
