"""The audit store: what was estimated, reviewed and declared, by whom and when; nothing of it ever changes.

An :class:`AuditStore` hands out transactions of one :class:`Actor`: ``reading``, and ``writing``, which adds
to the tenant's chain. The functions of this folder's other modules take such a transaction first, so that
each of them knows whose rows it sees, and several of them are kept together or not at all.
"""

from serving.store.actors import DEFAULT_TENANT, LOCAL, SCOPES, Actor, Scope
from serving.store.store import AuditStore, Reading, Writing

__all__ = ["DEFAULT_TENANT", "LOCAL", "SCOPES", "Actor", "AuditStore", "Reading", "Scope", "Writing"]
