from dxemu.api import audit as audit
from dxemu.api import explain as explain
from dxemu.api import lab as lab
from dxemu.api import load as load
from dxemu.api import run as run
from dxemu.errors import DxemuError as DxemuError
from dxemu.finished import Finished as Finished
from dxemu.labs.async_live import AsyncLab as AsyncLab
from dxemu.labs.async_live import async_lab as async_lab
from dxemu.labs.live import LiveLab as LiveLab
from dxemu.labs.live import attach as attach
from dxemu.labs.live import up as up

__version__: str
