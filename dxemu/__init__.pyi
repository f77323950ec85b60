from dxemu.labs.live import LiveLab as LiveLab
from dxemu.labs.live import attach as attach
from dxemu.labs.live import up as up

__version__: str
