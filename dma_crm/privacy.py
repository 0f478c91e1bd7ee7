"""Each model says how private its fields are; a guard test finds the forgotten one.

`personal` identifies or describes a person, `sensitive` could harm them if it leaked,
`not_personal` is neither. Exports, erasure and the data-subject report read these lists.
"""

from dataclasses import dataclass, field

BASE_FIELDS = frozenset({"id", "reference", "created_at", "modified_at", "version"})


@dataclass(frozen=True)
class Privacy:
    """Field names of one model by how private they are, each as one blank-separated string."""

    personal: str = ""
    sensitive: str = ""
    not_personal: str = ""
    classes: dict[str, frozenset[str]] = field(init=False)

    def __post_init__(self):
        classes = {
            name: frozenset(getattr(self, name).split())
            for name in ("personal", "sensitive", "not_personal")
        }
        object.__setattr__(self, "classes", classes)

    def classified(self) -> frozenset[str]:
        return frozenset().union(*self.classes.values())
