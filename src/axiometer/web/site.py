"""What the pages of one served folder share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import Request

from axiometer.annotate.project import FILE, Project, open_project
from axiometer.annotate.store import LabelStore
from axiometer.errors import InputError
from axiometer.web.access import Access
from axiometer.web.annotation.agreement import AgreementSoFar
from axiometer.web.options import WebOptions
from axiometer.web.security import Rate

ACCESS: Final = "access.sqlite"


@dataclass(frozen=True, slots=True)
class Annotation:
    """The project whose raters come here, and its labels, open for writing."""

    project: Project
    store: LabelStore
    agreement: AgreementSoFar


@dataclass(frozen=True, slots=True)
class Site:
    """`root`: the folder that is served; nothing outside it can be named. `access`: who may come in;
    `wrong_tokens`: how many wrong tokens an address may try."""

    root: Path
    options: WebOptions
    access: Access
    wrong_tokens: Rate
    annotation: Annotation | None = None

    def close(self) -> None:
        self.access.close()
        if self.annotation is not None:
            self.annotation.store.close()


def open_site(root: Path, options: WebOptions) -> Site:
    """Opens a folder for serving. Raises `InputError` where it, or the project in it, is not there."""
    if not root.is_dir():
        raise InputError("no such folder", file=root)
    whole = root.resolve()
    wrong = Rate(options.limits.token_rate, options.limits.token_burst)
    if options.annotate is None:
        return Site(whole, options, Access(None, options.token), wrong)
    project = open_project(project_folder(whole, options.annotate))
    access = Access(project.folder / ACCESS, options.token)
    return Site(whole, options, access, wrong, Annotation(project, project.store(), AgreementSoFar(project)))


def project_folder(root: Path, name: str) -> Path:
    """The folder of the project `name`: `root` itself ("."), `root/annotation/NAME` or `root/NAME`."""
    for folder in (root / name, root / "annotation" / name):
        found = folder.resolve()
        if found.is_relative_to(root) and (found / FILE).is_file():
            return found
    raise InputError(
        "no annotation project {name!r} here", file=root, mend="`axiometer annotate start` makes one", name=name
    )


def site_of(request: Request) -> Site:
    found: Site = request.app.state.site
    return found
