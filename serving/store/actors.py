"""Who acts, for which tenant, and what they may do."""

import re
from dataclasses import dataclass
from typing import Final, Literal, get_args

from serving.store.errors import ScopeError, TenantError

Scope = Literal["estimate", "review", "admin"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
LOCAL: Final = "local"
"""Who acts where no key is asked for: the command line, and the service on the loopback address."""
DEFAULT_TENANT: Final = "default"

_TENANT: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


@dataclass(frozen=True)
class Actor:
    """Whoever reads or writes.

    Parameters
    ----------
    tenant
        Whose rows they see: lower-case letters, digits, points, hyphens and underscores.
    who
        Public id of a key, or "local".
    scopes
        What they may do.

    Raises
    ------
    TenantError
        If the tenant cannot have such a name.
    """

    tenant: str
    who: str
    scopes: frozenset[Scope]

    def __post_init__(self) -> None:
        if not _TENANT.fullmatch(self.tenant):
            raise TenantError(
                f"Got the tenant {self.tenant!r}, expected up to 63 lower-case letters, digits, points, "
                "hyphens "
                "and underscores: choose such a name."
            )

    @classmethod
    def local(cls, tenant: str = DEFAULT_TENANT) -> "Actor":
        """Make the actor of a command, who may do everything to one tenant."""
        return cls(tenant, LOCAL, frozenset(SCOPES))

    def require(self, scope: Scope) -> None:
        """Refuse what the actor may not do.

        Raises
        ------
        ScopeError
            If the scope is not theirs.
        """
        if scope not in self.scopes:
            raise ScopeError(
                f"Got a key with the scopes {', '.join(sorted(self.scopes)) or 'none'}, expected {scope!r}: "
                "use a "
                "key that has it, or have one made with `ledgerprint keys create`."
            )
