"""What faults have made of AWS's end of a session: it stays so, however the session is configured meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dxemu.aws.quotas import Quota
from dxemu.plan.model import BgpSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Befallen:
    """AWS takes so many prefixes (`quota`), tells this `med`, and prepends so often more. None: as is configured."""

    quota: Quota | None = None
    med: int | None = None
    prepend: int = 0

    def of(self, session: BgpSession) -> BgpSession:
        """What AWS's end goes by where `session` is configured."""
        near, aws = session.ends
        med = aws.export_med if self.med is None else self.med
        aws = replace(aws, export_med=med, export_prepend=aws.export_prepend + self.prepend)
        quota = session.prefix_quota if self.quota is None else self.quota
        return replace(session, ends=(near, aws), prefix_quota=quota)


NOTHING = Befallen()
