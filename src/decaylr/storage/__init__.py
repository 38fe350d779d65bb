"""Tables of sweeps on disk: written block by block, continued after an interruption."""

from decaylr.storage.opening import Stored, open
from decaylr.storage.progress import Progress
from decaylr.storage.storing import store

__all__ = ["Progress", "Stored", "open", "store"]
