"""Which code trained: the script's hash, and the git commit it stood in."""

import hashlib
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import ModuleType

from pydantic import BaseModel, ConfigDict


class CodeRecord(BaseModel):
    """The code of a run.

    Attributes:
        script: the file that was run, by name.
        script_sha256: of its bytes.
        git_commit: of the repository that the script stands in.
        git_diff_sha256: of `git diff HEAD` there, None for a clean tree.
        modules: the sha256 of the file of each module that a declared run takes code from; of a
            script, of those in its own folder that it had imported.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    script: str | None = None
    script_sha256: str | None = None
    git_commit: str | None = None
    git_diff_sha256: str | None = None
    modules: dict[str, str] = {}


class CommandRecord(BaseModel):
    """How a script was started: enough to start it again.

    Attributes:
        script: its full path.
        module: its name, for `python -m module`.
        arguments: that followed it.
        folder: the current one when the run was made.
        torch_seed: of torch's generator then; a script that seeds nothing has one by chance.
        random_seed: that Python's and NumPy's generators were given before a recorded script began;
            None where they began by chance.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    script: str
    module: str | None = None
    arguments: list[str] = []
    folder: str
    torch_seed: int | None = None
    random_seed: int | None = None


def command() -> CommandRecord | None:
    """How the script of this process was started; None in an interactive session."""
    import torch

    file = main_script()
    if file is None or not file.is_file():
        return None
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    return CommandRecord(
        script=str(file.absolute()),
        module=None if spec is None else spec.name.removesuffix(".__main__"),
        arguments=sys.argv[1:],
        folder=str(Path.cwd()),
        torch_seed=torch.initial_seed(),
    )


def code_of(file: Path | None) -> CodeRecord:
    """Describe the code of a script, or nothing for an interactive session."""
    if file is None or not file.is_file():
        return CodeRecord()
    folder = file.resolve().parent
    commit = _git(folder, "rev-parse", "HEAD").decode().strip() or None
    diff = _git(folder, "diff", "HEAD") if commit else b""
    return CodeRecord(
        script=file.name,
        script_sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        git_commit=commit,
        git_diff_sha256=hashlib.sha256(diff).hexdigest() if diff else None,
        modules={
            name: hashlib.sha256(Path(module.__file__ or "").read_bytes()).hexdigest()
            for name, module in sorted(own_modules(folder).items())
        },
    )


def own_modules(folder: Path) -> dict[str, ModuleType]:
    """The imported modules that lie in a script's folder and belong to no installed package."""
    home, paths = folder.resolve(), sysconfig.get_paths()
    others = [Path(paths[kind]).resolve() for kind in ("stdlib", "purelib", "platlib")]
    others.append(Path(__file__).resolve().parents[1])
    found: dict[str, ModuleType] = {}
    for name, module in list(sys.modules.items()):
        place = getattr(module, "__file__", None)
        if name in ("__main__", "__mp_main__") or not isinstance(place, str):
            continue
        file = Path(place).resolve()
        installed = any(map(file.is_relative_to, others))
        if file.is_relative_to(home) and file.is_file() and not installed:  # some say a bare name
            found[name] = module
    return found


def main_script() -> Path | None:
    """The script that this process runs, if there is one."""
    name = getattr(sys.modules.get("__main__"), "__file__", None)
    return Path(name) if isinstance(name, str) else None


def _git(folder: Path, *args: str) -> bytes:
    """What git prints, or nothing where there is no git or no repository."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *args], capture_output=True, check=False, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return done.stdout if done.returncode == 0 else b""
