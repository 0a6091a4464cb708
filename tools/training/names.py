"""Invented people, firms and hosts, and the brands of the registry with their true domains."""

import pathlib
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIRST = ["Ayesha", "Bilal", "Carla", "Daniel", "Elena", "Farooq", "Grace", "Hamza", "Ines", "Jonas", "Kiran", "Lena", "Marco", "Nadia", "Omar", "Paula",
         "Rashid", "Sofia", "Tariq", "Ursula", "Victor", "Wajiha", "Yusuf", "Zara", "Anders", "Beatriz", "Chen", "Dilara", "Emeka", "Fatima"]
LAST = ["Ahmed", "Baker", "Cheema", "Duarte", "Eriksen", "Fischer", "Garcia", "Hussain", "Iqbal", "Jensen", "Khan", "Lopes", "Martin", "Novak", "Okafor",
        "Pereira", "Qureshi", "Rossi", "Schmidt", "Tanaka", "Usmani", "Vogel", "Weber", "Yilmaz", "Zafar", "Moreau", "Silva", "Brown", "Clarke", "Dar"]
FIRM = ["northgate", "bluefern", "harbourline", "cedarworks", "quarryhill", "lanternpress", "ironbridge", "meadowbank", "silverpine", "tallgrass", "riverstone",
        "amberfield", "copperleaf", "driftwood", "eastmoor", "foxglove", "graniteworks", "hillcrest", "ivoryline", "junipershop", "kestrelair", "larkspur",
        "mapleford", "nightjar", "oakhollow", "pebblebay", "quillmark", "redcliff", "saltmarsh", "thornbury", "umberhouse", "valecroft", "willowmere", "yarrowfarm"]
KIND = ["Ltd", "Labs", "Foods", "Travel", "Press", "Clinic", "Energy", "Books", "School", "Studio", "Logistics", "Insurance", "Theatre", "Tools", "Garden"]
PLACES = ["berlin", "lahore", "madrid", "porto", "lyon", "leeds", "austin", "izmir", "oslo", "karachi"]


def brands():
    out = []
    for name in ("world", "pakistan"):
        data = tomllib.loads((ROOT / "brands" / f"{name}.toml").read_text(encoding="utf-8"))
        out += [one for one in data["brand"] if one.get("domains")]
    return out


BRANDS = brands()


def of_kind(*kinds):
    return [one for one in BRANDS if one["kind"] in kinds]


def shown(brand, rng):
    """What it is called: its name, seldom another that it goes by."""
    others = brand.get("aliases", [])
    return rng.choice(others) if others and rng.random() < 0.3 and not brand.get("word") else brand["name"]


def person(rng):
    return rng.choice(FIRST), rng.choice(LAST)


def firm(rng):
    """(name, domain)"""
    core = rng.choice(FIRM)
    ending = rng.choice(KIND)
    name = f"{core.capitalize()} {ending}"
    return name, rng.choice([f"{core}.example", f"{core}{ending.lower()}.example", f"{core}-{ending.lower()}.test", f"{core}.test"])


def letters(rng, count):
    return "".join(rng.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(count))


def token(rng, count=24):
    return "".join(rng.choice("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") for _ in range(count))


def recipient(rng):
    """Whom it is sent to, at one of our own firms."""
    first, last = person(rng)
    local = rng.choice([f"{first}.{last}", f"{first[0]}{last}", f"{first}", f"{last}.{first[0]}", f"{first}{rng.randrange(10, 99)}", "info", "accounts"]).lower()
    return f"{local}@{rng.choice(['ministry', 'agency', 'bureau', 'office', 'council'])}.example", first
