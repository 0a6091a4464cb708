#!/usr/bin/python3
"""Every check has a test that fails without it. usage: tools/mutate.py [--check] [--only REGEX] [ROOT]

tools/mutations.tsv names the checks. For each the source is changed in a copy of the tree (build/mutants), the tests are built
again, and the tests that are named must fail; then the source is put back. The tree itself never changes. A mutation that does
not compile proves nothing and is an error. --check only looks whether each fragment stands exactly once in its file, and whether
each test of the suites in SUITES is named for some check.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import typing

TABLE = "tools/mutations.tsv"
BUILD = "build/asan"
SUITES = re.compile(r"^TEST\((HardCases|Composition), (\w+)\)", re.MULTILINE)
SECONDS = 300  # of one test; one that hangs has failed


class Mutation(typing.NamedTuple):
    line: int
    file: str
    fragment: str
    replacement: str
    program: str
    tests: list


def read_table(root):
    """The mutations, and what is wrong with the table."""
    mutations, faults = [], []
    for number, line in enumerate((root / TABLE).read_text(encoding="utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != 4 or not all((cells[0], cells[1], cells[3])):
            faults.append(f"{TABLE}:{number}: file, fragment, replacement and tests are wanted, with tabs between")
            continue
        program, _, tests = cells[3].rpartition("/")
        mutations.append(Mutation(number, cells[0], cells[1], cells[2], program or "auth_test", tests.split()))
    return mutations, faults


def pattern(fragment):
    """White space in a fragment stands for any white space, so that a line may be broken elsewhere."""
    return re.compile(r"\s+".join(re.escape(word) for word in fragment.split()))


def mutated(root, mutation):
    """The file's text with the mutation, or None and what is wrong."""
    path = root / mutation.file
    if not path.is_file():
        return None, f"{TABLE}:{mutation.line}: there is no {mutation.file}"
    text = path.read_text(encoding="utf-8")
    found = list(pattern(mutation.fragment).finditer(text))
    if len(found) != 1:
        return None, f"{TABLE}:{mutation.line}: \"{mutation.fragment}\" stands {len(found)} times in {mutation.file}, not once"
    begin, end = found[0].span()
    return text[:begin] + mutation.replacement + text[end:], None


def check_table(root):
    mutations, faults = read_table(root)
    for mutation in mutations:
        _, fault = mutated(root, mutation)
        if fault:
            faults.append(fault)
    named = {test for mutation in mutations for test in mutation.tests}
    for path in sorted((root / "src").rglob("*_test.cc")):
        for suite, test in SUITES.findall(path.read_text(encoding="utf-8")):
            if f"{suite}.{test}" not in named:
                faults.append(f"{path.relative_to(root)}: {TABLE} names no check that {suite}.{test} fails without")
    return mutations, faults


def sources(root):
    listed = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return {name for name in listed.stdout.splitlines() if (root / name).is_file()}
    names = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return {name.as_posix() for name in names if name.parts[0] not in ("build", ".git")}


def copy_tree(root, copy):
    """Makes `copy` hold the sources; files that are the same keep their times, so that a second run compiles little."""
    wanted = sources(root)
    for name in wanted:
        source, target = root / name, copy / name
        if target.is_file() and target.read_bytes() == source.read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    for path in sorted(copy.rglob("*")):
        name = path.relative_to(copy)
        if path.is_file() and name.parts[0] != "build" and name.as_posix() not in wanted:
            path.unlink()


def run(command, seconds=None, **options):
    """The status and what was said; a status of None when time was up."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, timeout=seconds, **options)
    except subprocess.TimeoutExpired:
        return None, "it did not end"
    return done.returncode, done.stdout + done.stderr


class Mutants:
    def __init__(self, copy):
        self.copy = copy

    def configure(self):
        # Without warnings: what a check used may well be unused without it.
        launcher = ["-DCMAKE_C_COMPILER_LAUNCHER=ccache", "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
        return run(["cmake", "-S", self.copy, "-B", self.copy / BUILD, "-G", "Ninja", "-DCMAKE_C_COMPILER=clang-19",
                    "-DCMAKE_CXX_COMPILER=clang++-19", "-DRAMPART_SANITIZE=ON", "-DCMAKE_CXX_FLAGS=-w", *launcher])

    def build(self, program):
        jobs = os.environ.get("RAMPART_JOBS", str(os.cpu_count() or 1))
        return run(["ninja", "-C", self.copy / BUILD, "-j", jobs, program])

    def passes(self, program, test):
        status, said = run([self.copy / BUILD / program, f"--gtest_filter={test}"], SECONDS, cwd=self.copy)
        return status == 0 and "[  PASSED  ] 1 test." in said

    def prepare(self, mutations):
        """Faults of the tree as it is: a test that fails, or that is not there, proves nothing."""
        for status, said in (self.configure(), *(self.build(program) for program in sorted({m.program for m in mutations}))):
            if status != 0:
                return ["the tree does not build as it is\n" + said[-3000:]]
        named = sorted({(mutation.program, test) for mutation in mutations for test in mutation.tests})
        return [f"{test} does not pass as it is, or is not in {program}" for program, test in named if not self.passes(program, test)]

    def try_out(self, mutation):
        """What is wrong; nothing when every test named has failed."""
        path = self.copy / mutation.file
        original = path.read_text(encoding="utf-8")
        text, fault = mutated(self.copy, mutation)
        if fault:
            return [fault]
        path.write_text(text, encoding="utf-8")
        try:
            status, said = self.build(mutation.program)
            if status != 0:
                errors = [line for line in said.splitlines() if "error:" in line]
                return [f"{TABLE}:{mutation.line}: does not compile: {(errors or ['?'])[0]}"]
            return [f"{TABLE}:{mutation.line}: {test} passes without \"{mutation.fragment}\" of {mutation.file}"
                    for test in mutation.tests if self.passes(mutation.program, test)]
        finally:
            path.write_text(original, encoding="utf-8")


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("usage")[0])
    parser.add_argument("--check", action="store_true", help="only look at the table")
    parser.add_argument("--only", metavar="REGEX", help="those whose file, fragment or tests match")
    parser.add_argument("root", nargs="?", metavar="ROOT", default=pathlib.Path(__file__).parent.parent)
    options = parser.parse_args(arguments)
    root = pathlib.Path(options.root).resolve()
    mutations, faults = check_table(root)
    if faults or options.check:
        print("\n".join(faults) if faults else f"mutations: {len(mutations)} fragments, each found once")
        return 1 if faults else 0
    if options.only:
        mutations = [m for m in mutations if re.search(options.only, " ".join((m.file, m.fragment, *m.tests)))]
    mutants = Mutants(root / "build" / "mutants")
    copy_tree(root, mutants.copy)
    print(f"Building the copy in {mutants.copy.relative_to(root)}", file=sys.stderr, flush=True)
    faults = mutants.prepare(mutations)
    if faults:
        print("\n".join(faults))
        return 1
    proven = 0
    for number, mutation in enumerate(sorted(mutations, key=lambda m: (m.program, m.file, m.line)), 1):
        wrong = mutants.try_out(mutation)
        proven += not wrong
        faults += wrong
        print(f"{number}/{len(mutations)} {mutation.file}: {' '.join(mutation.tests)}{': ' if wrong else ''}{'; '.join(wrong)}",
              file=sys.stderr, flush=True)
    print("\n".join([*faults, f"{proven} of {len(mutations)} checks proven"]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
