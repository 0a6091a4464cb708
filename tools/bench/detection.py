#!/usr/bin/python3
"""How much phishing the content model catches, at how many false positives. usage: ./dev bench detection [--peers] [--trained] [--model FILE]

Sets: the corpora of $RAMPART_SHARED (../shared): 500 phishing mails of 2022 to 2026, which nothing here is trained on; honest mail of
2012 to 2026, real and generated apart; easy and hard honest mail of 2002. Fields in which others stamped their verdicts are taken out
first. Everything is offline: DNS is not asked, so the score is that of content alone.

  --peers     rspamd and SpamAssassin, too, each in a network of its own (minutes)
  --trained   weights fitted to these sets, by folds that split no cluster of near duplicates: what fitting would give, and never ships
"""

import argparse
import email
import email.policy
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from rates import share_at, shown, threshold, upper_of_zero

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("RAMPART_SHARED", ROOT.parent / "shared"))
# What receivers and filters write: to read it would be to copy their answers.
STAMPS = re.compile(rb"^(x-ms-|x-forefront|x-microsoft|x-sid|x-spam|x-rspamd|x-eop|x-incoming|x-exchange|authentication-results|arc-|received-spf|x-virus|x-barracuda|"
                    rb"x-proofpoint|x-mimecast|x-gm-|x-google-|x-antiabuse|x-originatororg|x-amp-|x-auto-response-suppress|x-es-|x-crpx|x-bogosity)", re.I)
HAM = ("modern real", "modern generated", "hard 2002", "easy 2002")
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


def copy_sets(target):
    """Copies without stamps: {set: folder}."""
    manifest = [json.loads(line) for line in (SHARED / "corpus/ham-modern/manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    sources = {"phish": sorted((SHARED / "corpus/phish").glob("*.eml")), "easy 2002": sorted((SHARED / "corpus/ham").glob("easy*/*")), "hard 2002": sorted((SHARED / "corpus/ham").glob("hard*/*")),
               "modern real": [SHARED / "corpus/ham-modern" / one["file"] for one in manifest if not one["synthetic"]],
               "modern generated": [SHARED / "corpus/ham-modern" / one["file"] for one in manifest if one["synthetic"]]}
    folders = {}
    for name, files in sources.items():
        folders[name] = target / name.replace(" ", "-")
        folders[name].mkdir()
        for file in files:
            (folders[name] / f"{file.parent.name}-{file.name}").write_bytes(without_stamps(file.read_bytes()))
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


def peer(engine, folders):
    out = {}
    if not shutil.which("rspamd" if engine == "rspamd" else "spamd"):
        print(f"{engine} is not installed: apt-get install --no-install-recommends {'rspamd' if engine == 'rspamd' else 'spamassassin spamd spamc'}", file=sys.stderr)
        return None
    for name, folder in folders.items():
        run = subprocess.run(["unshare", "-n", "-m", sys.executable, ROOT / "tools/bench/other_filters.py", engine, folder], capture_output=True, text=True, check=False)
        if run.returncode != 0:
            sys.exit(f"error: {engine}: {run.stderr[-2000:]}")
        out[name] = [json.loads(line)["score"] for line in run.stdout.splitlines()]
    return out


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
        print(f"  {'':22}{'phish at 1 % of them':34}{'phish at none of them':34}by clusters of phish ({phish_clusters})")
        for engine, scores in engines.items():
            cells, grouped = [], []
            for rate in (0.01, 0.0):
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--trained", action="store_true")
    parser.add_argument("--model")
    options = parser.parse_args()
    if not (SHARED / "corpus/phish").is_dir():
        sys.exit(f"error: {SHARED}/corpus is not there\nhint: set RAMPART_SHARED")
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        folders = copy_sets(work)
        scored = ours(folders, options)
        clusters = {name: [mail["cluster"] for mail in mails] for name, mails in scored.items()}
        engines = {"rampart (shipped)": {name: [mail["score"] for mail in mails] for name, mails in scored.items()}}
        if options.trained:
            engines["fitted to these sets"] = trained(folders, work)
        if options.peers:
            for engine in ("rspamd", "spamassassin"):
                if found := peer(engine, folders):
                    engines[engine] = found
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
