"""How the script checks what it meets, and how it says whether it ended with the run's weights."""

from collections.abc import Mapping
from typing import Any

from fourbeat.eject import own
from fourbeat.eject.part import Part
from fourbeat.eject.subject import Subject
from fourbeat.eject.text import code, joined

CHECK = code('''
    def check(what: str, found: object, expected: object) -> None:
        """Say it where something is not what the run had; its weights are then not promised."""
        if found != expected:
            print(f"{what} differs from the run's: {found}, not {expected}", file=sys.stderr)
''')

SHA256 = code('''
    def sha256(data: bytes) -> str:
        """The identity of some bytes, in hexadecimal."""
        return hashlib.sha256(data).hexdigest()
''')

WEIGHTS_SHA256 = code('''
    def weights_sha256(state: dict[str, Tensor]) -> str:
        """The identity of a state dict: names, types, shapes and bytes of its tensors."""
        digest = hashlib.sha256()
        for name, tensor in sorted(state.items()):
            kind = str(tensor.dtype).removeprefix("torch.")
            digest.update(f"{name} {kind} {list(tensor.shape)}".encode() + b"\\0")
            digest.update(tensor.cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
        return digest.hexdigest()
''')


def ending(subject: Subject) -> Part:
    """Save the selected weights, and compare both states with the run's."""
    receipt = subject.receipt
    had = {"BEST_SHA256": receipt.weights_sha256, "LAST_SHA256": receipt.last_weights_sha256}
    return Part(
        functions=(WEIGHTS_SHA256,),
        had=had,
        lines=code("""
            torch.save(best, sys.argv[1] if len(sys.argv) > 1 else "weights.pt")
            equal = True
            for name, state, expected in (("best", best, BEST_SHA256), ("last", last, LAST_SHA256)):
                found = weights_sha256(state)
                equal = equal and found == expected
                verdict = "equal to the run" if found == expected else "differs from the run"
                print(f"{name} weights: sha256 {found}, {verdict}")
            sys.exit(0 if equal else 3)
        """),
    )


def beginning(subject: Subject, files: Mapping[str, str]) -> Part:
    """Compare software, files and code with the run's, and compute as it did.

    Args:
        files: names of the constants that hold a path, and the sha256 of each file.
    """
    modules = own.code_checks(subject)
    environment = subject.receipt.environment
    had: dict[str, Any] = {"TORCH": environment.get("torch"), "THREADS": environment.get("threads")}
    had |= {f"{name}_SHA256": sha256 for name, sha256 in files.items()}
    checks = [f"check({name}.name, {hashed(name)}, {name}_SHA256)" for name in files]
    warned = "" if subject.config.train.deterministic else ", warn_only=True"
    matmul = environment.get("matmul_precision", "highest")
    lines = joined(
        'check("torch", torch.__version__, TORCH)',
        "torch.set_num_threads(THREADS)"
        if subject.config.speed.threads
        else 'check("the number of threads", torch.get_num_threads(), THREADS)',
        *checks,
        modules.lines,
        f"torch.use_deterministic_algorithms(True{warned})",
        "torch.utils.deterministic.fill_uninitialized_memory = False  # costs time alone",
        f'torch.set_float32_matmul_precision("{matmul}")' if matmul != "highest" else "",
    )
    return Part(functions=(CHECK, SHA256), had=had | dict(modules.had), lines=lines)


def hashed(name: str) -> str:
    """The expression of the identity of the file or folder that a constant names."""
    return f"folder_sha256({name})" if "FOLDER" in name else f"sha256({name}.read_bytes())"
