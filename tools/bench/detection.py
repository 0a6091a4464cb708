#!/usr/bin/python3
"""How much phishing the content model catches, at how many false positives. usage: ./dev bench detection [OPTION...]

Sets: the corpora of $RAMPART_SHARED (../shared): 500 phishing mails of 2022 to 2026, which nothing here is trained on; honest mail of
2012 to 2026, real and generated apart; easy and hard honest mail of 2002. Fields in which others stamped their verdicts are taken out
first. Everything is offline: DNS is not asked, so the score is that of content alone.

The collection of phishing has a placeholder where its reader's address, his account's name or his own name stood, and all three look
like an address there. What the mail greeted by cannot be told any more, so it is measured as his name, which helps least.

  --placeholder WHAT  "name" (default), "address", or "kept": what the placeholder is read as in subjects and texts
  --peers             rspamd and SpamAssassin, too, each in a network of its own. Takes root, and half an hour the first time; what
                      they said is kept in build/peers, so that a run that was cut goes on
  --trained           weights fitted to these sets, by folds that split no cluster of near duplicates: what fitting would give; never ships
  --elsewhere FOLDER  other mail instead, each folder in FOLDER a set: what the shipped thresholds say of it, and where a set's name
                      begins with "ham", how much of the corpus' phishing is caught at 1 %, 0.1 % (from 3,000 on) and none of it
  --model FILE        another model than the built-in one
"""

import argparse
import email
import email.policy
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from rates import share_at, shown, threshold, upper_of_zero

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("RAMPART_SHARED", ROOT.parent / "shared"))
# What receivers and filters write: to read it would be to copy their answers.
STAMPS = re.compile(rb"^(x-ms-|x-forefront|x-microsoft|x-sid|x-spam|x-rspamd|x-eop|x-incoming|x-exchange|authentication-results|arc-|received-spf|x-virus|x-barracuda|"
                    rb"x-proofpoint|x-mimecast|x-gm-|x-google-|x-antiabuse|x-originatororg|x-amp-|x-auto-response-suppress|x-es-|x-crpx|x-bogosity)", re.I)
# What the collection of phishing has in place of its reader, and what is measured instead.
PLACEHOLDER = re.compile(rb"(?i)phishing@(?:=\r?\n)?pot")
LOCAL, ADDRESS, NAME = b"rp.reader", b"rp.reader@pot.example", b"Robin"
OF_ADDRESSES = re.compile(rb"(?i)(?:from|to|cc|bcc|sender|reply-to|return-path|delivered-to|x-sender|resent-[a-z]+|envelope-to|x-original-to|x-envelope-to|errors-to)[ \t]*:")
HAM = ("modern real", "modern generated", "hard 2002", "easy 2002")
LEAST_FOR_A_THOUSANDTH = 3000  # honest messages, so that 0.1 % of them says anything
PEERS = {"rspamd": ("rspamd",), "spamassassin": ("spamassassin", "spamd", "spamc")}  # and the packages of Debian that each is
MUST = {"1 %": 60, "0": 30}


def without_stamps(raw):
    head, gap, body = raw.partition(b"\r\n\r\n" if b"\r\n\r\n" in raw[:200_000] and (b"\n\n" not in raw or raw.find(b"\r\n\r\n") < raw.find(b"\n\n")) else b"\n\n")
    out, keep = [], True
    for line in head.splitlines(keepends=True):
        if line[:1] not in b" \t":
            keep = not STAMPS.match(line)
        if keep:
            out.append(line)
    return b"".join(out) + gap + body


def without_placeholder(raw, said):
    """The message with a reader of its own: an address where addresses stand, and `said` in what is read by people."""
    cut = re.search(rb"\r?\n\r?\n", raw)
    end = cut.start() if cut else len(raw)
    head, body = raw[:end], raw[end:]
    local_part = re.compile(PLACEHOLDER.pattern + rb"(?=@|=40|%40)")
    fields = []
    for field in re.split(rb"(?<=\n)(?![ \t])", head):
        name, colon, value = local_part.sub(LOCAL, field).partition(b":")
        if OF_ADDRESSES.match(name + colon):
            value = re.sub(PLACEHOLDER.pattern + rb"(?=[^<,]*<)", said, value)  # what stands before "<" is a name
        elif name.strip().lower() == b"subject":
            value = PLACEHOLDER.sub(said, value)
        fields.append(name + colon + PLACEHOLDER.sub(ADDRESS, value))
    return b"".join(fields) + PLACEHOLDER.sub(said, local_part.sub(LOCAL, body))


def copy_sets(target, placeholder="name"):
    """Copies without stamps, and without the placeholder: {set: folder}."""
    said = {"name": NAME, "address": ADDRESS, "kept": None}[placeholder]
    manifest = [json.loads(line) for line in (SHARED / "corpus/ham-modern/manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    sources = {"phish": sorted((SHARED / "corpus/phish").glob("*.eml")), "easy 2002": sorted((SHARED / "corpus/ham").glob("easy*/*")), "hard 2002": sorted((SHARED / "corpus/ham").glob("hard*/*")),
               "modern real": [SHARED / "corpus/ham-modern" / one["file"] for one in manifest if not one["synthetic"]],
               "modern generated": [SHARED / "corpus/ham-modern" / one["file"] for one in manifest if one["synthetic"]]}
    folders = {}
    for name, files in sources.items():
        folders[name] = target / name.replace(" ", "-")
        folders[name].mkdir()
        for file in files:
            raw = without_stamps(file.read_bytes())
            (folders[name] / f"{file.parent.name}-{file.name}").write_bytes(without_placeholder(raw, said) if said and name == "phish" else raw)
    return folders


def copy_elsewhere(source, target):
    folders = {}
    for folder in sorted(path for path in source.iterdir() if path.is_dir()):
        folders[folder.name] = target / folder.name
        folders[folder.name].mkdir()
        for number, file in enumerate(sorted(path for path in folder.rglob("*") if path.is_file())):
            (folders[folder.name] / f"{number:05}-{file.name}").write_bytes(without_stamps(file.read_bytes()))
    return folders


def ours(folders, options):
    """{set: [line of `rampart guard score`]}"""
    out = {}
    for name, folder in folders.items():
        command = [ROOT / "build/rampart", "guard", "score", "--no-config", "--format", "jsonl", folder, *(["--model", options.model] if options.model else [])]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode not in (0, 1, 3):
            sys.exit(f"error: {run.stderr}")
        out[name] = [json.loads(line) for line in run.stdout.splitlines()]
    return out


def is_modern(file):
    """What separates the old honest mail from phishing and means nothing: an HTML part, and utf-8."""
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.compat32)
    parts = list(message.walk())
    html = any(part.get_content_type() == "text/html" for part in parts)
    return float(html and any(str(part.get_param("charset", "")).lower().strip("\"'") == "utf-8" for part in parts))


def version_of(engine):
    """Of its packages in Debian, or exits with what to install."""
    shown = "${db:Status-Status} ${Version}\\n"
    run = subprocess.run(["dpkg-query", "-W", "-f", shown, *PEERS[engine]], capture_output=True, text=True, check=False)
    installed = [line.split()[1] for line in run.stdout.splitlines() if line.startswith("installed ")]
    if len(installed) != len(PEERS[engine]):
        sys.exit(f"error: {engine} is not installed\nhint: sudo ./dev setup peers")
    return installed[0]


def peer(engine, folders, work):
    """{set: [score]}, what was scored before taken from build/peers."""
    kept = ROOT / "build/peers" / f"{engine}-{version_of(engine)}.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True)
    known = {}
    if kept.is_file():
        known = {one["sha256"]: one["score"] for one in map(json.loads, kept.read_text(encoding="ascii").splitlines())}
    digests = {name: [hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())] for name, folder in folders.items()}
    missing = work / engine
    missing.mkdir()
    for name, folder in folders.items():
        for file, digest in zip(sorted(folder.iterdir()), digests[name]):
            if digest not in known:
                (missing / digest).write_bytes(file.read_bytes())
    count = len(list(missing.iterdir()))
    if count:
        if os.geteuid() != 0:
            sys.exit(f"error: {engine} runs in a network of its own, which takes root\nhint: sudo ./dev bench detection --peers")
        print(f"{engine} looks at {count} messages", file=sys.stderr)
        command = ["unshare", "-n", "-m", sys.executable, ROOT / "tools/bench/other_filters.py", engine, missing]
        with kept.open("a", encoding="ascii") as out, subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
            for line in run.stdout:
                one = json.loads(line)
                known[pathlib.Path(one["file"]).name] = one["score"]
                out.write(json.dumps({"sha256": pathlib.Path(one["file"]).name, "score": one["score"]}) + "\n")
                out.flush()
        if run.returncode != 0:
            sys.exit(f"error: {engine} ended before it had seen all\nhint: the same command goes on where it ended")
    return {name: [known[digest] for digest in digests[name]] for name in folders}


def trained(folders, work):
    """Scores of a model fitted to these very sets, of each message by a model that saw nothing of its cluster."""
    scores = work / "scores.jsonl"
    command = [ROOT / "build/rampart", "guard", "train", "--no-config", "--output", work / "fitted.toml", "--scores", scores, "--phish", folders["phish"]]
    for name in HAM:
        command += ["--ham", folders[name]]
    subprocess.run(command, check=True, capture_output=True)
    out = {name: [] for name in folders}
    places = {str(folder): name for name, folder in folders.items()}
    for line in scores.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        out[places[str(pathlib.Path(one["file"]).parent)]].append(one["score"])
    return out


def table(engines, clusters):
    """Of each engine: phishing caught where at most 1 % and none of each honest set is."""
    phish_clusters = len(set(clusters["phish"]))
    for name in HAM:
        size = len(clusters[name])
        groups = len(set(clusters[name]))
        print(f"\nAgainst {name}: {size} messages, {groups} clusters; none of them is at most {100 * upper_of_zero(size):.1f} % (by clusters {100 * upper_of_zero(groups):.1f} %) with 95 %")
        rates = {"phish at 1 % of them": 0.01, "phish at 0.1 % of them": 0.001, "phish at none of them": 0.0}
        if size < LEAST_FOR_A_THOUSANDTH:
            del rates["phish at 0.1 % of them"]
        print(f"  {'':22}{''.join(f'{rate:34}' for rate in rates)}by clusters of phish ({phish_clusters})")
        for engine, scores in engines.items():
            cells, grouped = [], []
            for rate in rates.values():
                limit = threshold(scores[name], rate)
                cells.append(f"{shown(share_at(scores['phish'], limit), len(scores['phish'])):34}")
                by_cluster = {}
                for score, group in zip(scores["phish"], clusters["phish"]):
                    by_cluster.setdefault(group, []).append(score >= limit)
                grouped.append(f"{100 * sum(sum(hits) / len(hits) for hits in by_cluster.values()) / len(by_cluster):.1f} %")
            print(f"  {engine:22}{''.join(cells)}{' / '.join(grouped)}")


def signals(scored):
    """How often each signal is found in each set, and what it weighs at most."""
    names = ("phish", *HAM)
    print(f"\n{'signal, % of messages':30}" + "".join(f"{name:>18}" for name in names) + f"{'points':>9}")
    points = {}
    shares = {}
    for name in names:
        for mail in scored[name]:
            for one in mail["signals"]:
                shares.setdefault(one["code"], dict.fromkeys(names, 0))[name] += 1
                points[one["code"]] = one["points"] / one["strength"]
    for code in sorted(shares, key=lambda code: -shares[code]["phish"]):
        print(f"{code:30}" + "".join(f"{100 * shares[code][name] / len(scored[name]):18.1f}" for name in names) + f"{points[code]:9.1f}")


def false_positives(scored, level):
    print(f"\nHonest mail that is at least “{level}”, by name:")
    levels = ("none", "tag", "quarantine")
    for name in HAM:
        found = [mail for mail in scored[name] if levels.index(mail["level"]) >= levels.index(level)]
        print(f"  {name}: {shown(len(found), len(scored[name]))}")
        for mail in sorted(found, key=lambda one: -one["score"])[:25]:
            why = ", ".join(f"{one['code']} {one['points']:.0f}" for one in sorted(mail["signals"], key=lambda one: -one["points"])[:4])
            print(f"    {mail['score']:6.1f}  {pathlib.Path(mail['file']).name}: {why}")


def elsewhere(source, options):
    """What the shipped thresholds say of other mail. Its folders' names say what it is: honest mail begins with "ham"."""
    with tempfile.TemporaryDirectory() as work:
        scored = ours(copy_elsewhere(source, pathlib.Path(work)), options)
    with tempfile.TemporaryDirectory() as work:
        phish = [mail["score"] for mail in ours({"phish": copy_sets(pathlib.Path(work), options.placeholder)["phish"]}, options)["phish"]]
    for name, mails in scored.items():
        tagged = [mail for mail in mails if mail["level"] != "none"]
        quarantined = [mail for mail in tagged if mail["level"] == "quarantine"]
        print(f"\n{name}: {len(mails)} messages, {len({mail['cluster'] for mail in mails})} clusters")
        print(f"  tagged or more {shown(len(tagged), len(mails))}, quarantined {shown(len(quarantined), len(mails))}")
        for rate in (0.01, 0.001, 0.0) if name.startswith("ham") else ():
            if rate != 0.001 or len(mails) >= LEAST_FOR_A_THOUSANDTH:
                caught = share_at(phish, threshold([mail["score"] for mail in mails], rate))
                print(f"  of the corpus' phish at {100 * rate:g} % of them {shown(caught, len(phish))}")
        for mail in sorted(tagged, key=lambda one: -one["score"])[:25] if name.startswith("ham") else []:
            why = ", ".join(f"{one['code']} {one['points']:.0f}" for one in sorted(mail["signals"], key=lambda one: -one["points"])[:4])
            print(f"    {mail['score']:6.1f}  {pathlib.Path(mail['file']).name}: {why}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--trained", action="store_true")
    parser.add_argument("--model")
    parser.add_argument("--placeholder", choices=("name", "address", "kept"), default="name")
    parser.add_argument("--elsewhere", type=pathlib.Path)
    options = parser.parse_args()
    if not (SHARED / "corpus/phish").is_dir():
        sys.exit(f"error: {SHARED}/corpus is not there\nhint: set RAMPART_SHARED")
    if options.elsewhere:
        if not options.elsewhere.is_dir():
            sys.exit(f"error: {options.elsewhere} is no folder")
        elsewhere(options.elsewhere, options)
        return
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        folders = copy_sets(work, options.placeholder)
        scored = ours(folders, options)
        clusters = {name: [mail["cluster"] for mail in mails] for name, mails in scored.items()}
        engines = {"rampart (shipped)": {name: [mail["score"] for mail in mails] for name, mails in scored.items()}}
        if options.trained:
            engines["fitted to these sets"] = trained(folders, work)
        if options.peers:
            for engine in PEERS:
                engines[engine] = peer(engine, folders, work)
        engines["HTML and utf-8"] = {name: [is_modern(file) for file in sorted(folder.iterdir())] for name, folder in folders.items()}
        table(engines, clusters)
        signals(scored)
        for level in ("tag", "quarantine"):
            print(f"\nPhish at least “{level}” by the shipped thresholds: {shown(sum(mail['level'] in ('quarantine', level) for mail in scored['phish']), len(scored['phish']))}")
            false_positives(scored, level)
        ours_scores = engines["rampart (shipped)"]
        print()
        for rate, least in MUST.items():
            honest = ours_scores["modern real"] + ours_scores["modern generated"]
            limit = threshold(honest, 0.01 if rate == "1 %" else 0.0)
            caught = 100 * share_at(ours_scores["phish"], limit) / len(ours_scores["phish"])
            print(f"{'ok    ' if caught >= least else 'FAILED'}  at {rate} of all modern honest mail ({len(honest)}): {caught:.1f} % of phish, must {least} %")


if __name__ == "__main__":
    main()
