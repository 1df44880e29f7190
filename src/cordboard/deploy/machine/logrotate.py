"""Which logs to rotate: nginx's of requests. Cordboard itself logs to the journal, which rotates by itself."""

from __future__ import annotations

from cordboard.config import Settings
from cordboard.deploy.nginx import access_log
from cordboard.deploy.rendering import Rendered
from cordboard.deploy.template import fill


def render(settings: Settings) -> list[Rendered]:
    """One file for the distribution's logrotate."""
    own = settings.nginx
    text = fill("logrotate/cordboard", log=access_log(settings), user=own.user, pid_file=own.pid_file)
    note = "logrotate -d /etc/logrotate.d/cordboard tells what it would do"
    return [Rendered("logrotate/cordboard", text, place="/etc/logrotate.d/cordboard", note=note)]
