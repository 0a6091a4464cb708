#include "audit/keys/rotate.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::audit::keys {
namespace {

using base::Result;
using Kind = dkim::RotationStep::Kind;
using dkim::KeyPhase;

constexpr std::ptrdiff_t kMaxGivenUp = 5;  // keys of a day whose names others have; our own
constexpr std::chrono::minutes kAhead{5};  // that two clocks may differ; our own

// What comes first of two ends: a time, or the world.
void join(RotationEnd& end, const RotationEnd& other) {
  if (other.due && (!end.due || *other.due < *end.due)) end.due = other.due;
  if (end.waits.empty()) end.waits = other.waits;
}

std::ptrdiff_t given_up_today(const dkim::ManagedDomain& domain, base::Time now) {
  return std::ranges::count_if(domain.keys, [&](const auto& key) {
    return key.phase == KeyPhase::retired && !key.seen && key.made + std::chrono::days(1) > now;
  });
}

std::string foreign_text(const RecordPlace& place, const PutEnd& put) {
  return fmt::format("another key stands at {} ({}), which is not in this key folder", place.name.text(),
                     put.foreign);
}

}  // namespace

Result<RecordPlace> place_of(const dkim::ManagedDomain& domain, const std::string& selector) {
  const auto name = dkim::record_name(domain, selector);
  if (!name)
    return base::fail(base::ErrorKind::input, fmt::format("the record's name of {} is too long", selector),
                      {}, "take a shorter selector, or a shorter zone for a delegated domain");
  return RecordPlace{*name, domain.delegate.value_or(domain.domain)};
}

std::vector<std::string> replaced_by(const dkim::ManagedDomain& domain, const dkim::ManagedKey& key) {
  auto revoked = key;
  revoked.phase = KeyPhase::retired;
  // The key itself when it is being revoked.
  std::vector<std::string> out;
  if (key.phase == KeyPhase::retired) {
    auto live = key;
    live.phase = KeyPhase::leaving;
    out.push_back(dkim::record_text(live));
  }
  // A delegated domain's names come again; a revoked key of its own is a sign that an old list was put back.
  if (!domain.delegate || key.phase == KeyPhase::signing || key.phase == KeyPhase::leaving) return out;
  for (const auto& other : domain.keys) {
    if (other.selector != key.selector || other.public_key == key.public_key) continue;
    auto before = other;
    for (const auto phase : {KeyPhase::leaving, KeyPhase::retired}) {
      before.phase = phase;
      out.push_back(dkim::record_text(before));
    }
  }
  return out;
}

Result<> check_times(const dkim::ManagedDomain& domain, base::Time now) {
  for (const auto& key : domain.keys) {
    for (const auto& time : {std::optional(key.made), key.seen, key.signing, key.left, key.retired}) {
      if (!time || *time <= now + kAhead) continue;
      return base::fail(
          base::ErrorKind::unavailable,
          fmt::format("the list of {} speaks of {}, and now it is {}", domain.domain.text(),
                      base::format_time(*time), base::format_time(now)),
          {}, "set the clock; if it ran ahead when keys.json was written, put the times there right");
    }
  }
  return {};
}

Result<dkim::ManagedDomain> read_domain(const crypto::KeyFolder& folder, const dns::Name& domain) {
  const auto text = TRY(folder.read_list(domain.text()));
  if (!text) return dkim::ManagedDomain{.domain = domain, .delegate = {}, .keys = {}};
  auto out = TRY(dkim::parse_keys(*text, folder.list_path(domain.text())));
  if (out.domain != domain)
    return base::fail(base::ErrorKind::input, fmt::format("it lists the keys of {}", out.domain.text()),
                      base::printable(folder.list_path(domain.text())));
  return out;
}

Result<> write_domain(const crypto::KeyFolder& folder, const dkim::ManagedDomain& domain) {
  return folder.write_list(domain.domain.text(), dkim::format_keys(domain));
}

Result<> Rotation::save(const dkim::ManagedDomain& domain) { return write_domain(folder, domain); }

Result<> complete_keys(const crypto::KeyFolder& folder, dkim::ManagedDomain& domain, unsigned bits) {
  for (auto& key : domain.keys) {
    if (!key.public_key.empty()) continue;
    const auto type =
        key.type == dkim::KeyType::rsa ? crypto::SignKey::Type::rsa : crypto::SignKey::Type::ed25519;
    const auto made = TRY(folder.make(domain.domain.text(), key.file, type, key.bits != 0 ? key.bits : bits));
    key.bits = made.bits();
    key.public_key = made.public_key();
    TRY(write_domain(folder, domain));
  }
  return {};
}

namespace {

// A file for a new key where none is: one that no list knows of, as when a list was lost, may hold a key that was revoked.
Result<std::string> free_file(const crypto::KeyFolder& folder, const dkim::ManagedDomain& domain,
                              const std::string& selector) {
  auto file = dkim::key_file(domain, selector);
  for (int number = 1; TRY(folder.has(domain.domain.text(), file)); ++number) {
    if (!domain.delegate || number > static_cast<int>(dkim::kMaxManagedKeys))
      return base::fail(base::ErrorKind::input,
                        fmt::format("a key is in the file {} that keys.json does not list", file),
                        folder.list_path(domain.domain.text()), "put the list back, or move the file away");
    file = fmt::format("{}-{}", selector, number);
  }
  return file;
}

}  // namespace

Result<crypto::SignKey> make_key(const crypto::KeyFolder& folder, dkim::ManagedDomain& domain,
                                 const std::string& selector, dkim::KeyType type, unsigned bits,
                                 base::Time now) {
  if (domain.keys.size() == dkim::kMaxManagedKeys)
    return base::fail(base::ErrorKind::input,
                      fmt::format("{} has had {} keys", domain.domain.text(), dkim::kMaxManagedKeys), {},
                      "take retired ones out of its keys.json");
  const auto file = TRY(free_file(folder, domain, selector));
  domain.keys.push_back(
      {.selector = selector, .type = type, .bits = bits, .public_key = {}, .file = file, .made = now});
  TRY(write_domain(folder, domain));
  TRY(complete_keys(folder, domain, bits));
  return folder.read(domain.domain.text(), domain.keys.back().file);
}

Result<PutEnd> Rotation::put(const dkim::ManagedDomain& domain, const dkim::ManagedKey& key) {
  const auto place = TRY(place_of(domain, key.selector));
  auto end = TRY(records.put(place, dkim::record_text(key), replaced_by(domain, key)));
  if (!end.foreign.empty()) {
    end.everywhere = false;
    end.why = foreign_text(place, end);
  }
  if (!domain.delegate || !end.foreign.empty()) return end;
  const auto alias = dkim::key_name(domain.domain, key.selector);
  if (!alias) return base::fail(base::ErrorKind::input, "the key's name is too long");
  const auto way = TRY(records.leads(domain.domain, *alias, place.name));
  end.settle = std::max(end.settle, way.settle);
  if (!way.everywhere && end.everywhere) {
    end.everywhere = false;
    end.why = way.why;
  }
  return end;
}

Result<Rotation::Done> Rotation::publish(dkim::ManagedDomain& domain, dkim::ManagedKey& key) {
  const auto put = TRY(this->put(domain, key));
  if (!put.foreign.empty()) {
    if (domain.delegate || given_up_today(domain, now()) >= kMaxGivenUp)
      return Done{.more = false, .end = {.due = {}, .waits = put.why}};
    // It never signed: another name does as well. Who else rotates the domain's keys keeps his.
    dkim::set_retired(key, now());
    TRY(save(domain));
    TRY(say(fmt::format("gave up {}: {}", key.selector, put.why)));
    return Done{.more = true, .end = {}};
  }
  // Of all runs that looked: the last may see no more of what caches hold.
  const auto settle = std::max(key.settle, put.settle);
  if (!put.everywhere) {
    if (settle != key.settle) {
      key.settle = settle;
      TRY(save(domain));
    }
    return Done{.more = false, .end = {.due = {}, .waits = put.why}};
  }
  dkim::set_seen(key, now(), settle);
  TRY(save(domain));
  TRY(say(fmt::format("published {} at {}", key.selector, TRY(place_of(domain, key.selector)).name.text())));
  return Done{.more = true, .end = {}};
}

Result<Rotation::Done> Rotation::sign(dkim::ManagedDomain& domain, std::size_t at) {
  auto& key = domain.keys[at];
  TRY(check_private_key(folder, domain, key));
  // What was seen may be gone: a zone that was loaded from an old file, a new server.
  const auto put = TRY(this->put(domain, key));
  if (!put.everywhere) return Done{.more = false, .end = {.due = {}, .waits = put.why}};
  if (put.changed) {
    dkim::set_seen(key, now(), std::max(key.settle, put.settle));
    TRY(save(domain));
    TRY(say(fmt::format("published {} again, whose record was gone", key.selector)));
    return Done{.more = true, .end = {}};
  }
  dkim::set_signing(domain, at, now());
  TRY(save(domain));
  TRY(say(fmt::format("{} signs", domain.keys[at].selector)));
  return Done{.more = true, .end = {}};
}

Result<Rotation::Done> Rotation::retire(dkim::ManagedDomain& domain, dkim::ManagedKey& key) {
  auto retired = key;
  dkim::set_retired(retired, now());
  const auto place = TRY(place_of(domain, key.selector));
  const auto put = TRY(records.put(place, dkim::record_text(retired), replaced_by(domain, retired)));
  // Until every server says so somebody may still use it.
  if (!put.everywhere)
    return Done{.more = false,
                .end = {.due = {}, .waits = put.foreign.empty() ? put.why : foreign_text(place, put)}};
  key = std::move(retired);
  TRY(save(domain));
  TRY(say(fmt::format("retired {}", key.selector)));
  return Done{.more = true, .end = {}};
}

Result<> check_private_key(const crypto::KeyFolder& folder, const dkim::ManagedDomain& domain,
                           const dkim::ManagedKey& key) {
  const bool needed =
      key.phase == KeyPhase::made || key.phase == KeyPhase::published || key.phase == KeyPhase::signing;
  if (!needed || key.public_key.empty()) return {};
  const auto private_key = TRY(folder.read(domain.domain.text(), key.file));
  if (private_key.public_key() == key.public_key) return {};
  return base::fail(base::ErrorKind::input,
                    fmt::format("the file of {} holds another key than keys.json says", key.selector),
                    folder.list_path(domain.domain.text()), "put the file back that belongs to it");
}

Result<Rotation::Done> Rotation::step(dkim::ManagedDomain& domain, const dkim::RotationStep& next) {
  switch (next.kind) {
    case Kind::publish:
      return publish(domain, domain.keys[next.key]);
    case Kind::sign:
      return sign(domain, next.key);
    case Kind::retire:
      return retire(domain, domain.keys[next.key]);
    default:
      return Done{.more = false, .end = {.due = next.due, .waits = {}}};
  }
}

Result<> Rotation::look_after(dkim::ManagedDomain& domain, RotationEnd& end) {
  for (auto& key : domain.keys) {
    // Found now, not when the key is to sign.
    if (const Result<> usable = check_private_key(folder, domain, key); !usable)
      join(end, {.due = {}, .waits = usable.error().message()});
    if (key.phase != KeyPhase::signing) continue;
    const auto put = TRY(this->put(domain, key));
    if (put.changed)
      TRY(say(fmt::format("published {} again, whose record was gone while it signs", key.selector)));
    if (!put.everywhere)
      join(end, {.due = {}, .waits = fmt::format("{} signs, and {}", key.selector, put.why)});
  }
  return {};
}

Result<RotationEnd> Rotation::run(dkim::ManagedDomain& domain, const std::vector<dkim::KeyType>& types,
                                  bool at_once) {
  RotationEnd end;
  TRY(check_times(domain, now()));
  TRY(complete_keys(folder, domain, bits));
  for (const auto type : types) {
    const auto waiting = std::ranges::find_if(domain.keys, [&](const auto& key) {
      return key.type == type && (key.phase == KeyPhase::made || key.phase == KeyPhase::published);
    });
    const bool one_waits = waiting != domain.keys.end();
    bool now_due = at_once && !one_waits;
    if (at_once && one_waits)
      TRY(say(fmt::format("{} waits already to sign, so no other is made", waiting->selector)));
    bool may_retire = true;  // a record that cannot be taken away keeps nothing else from being done
    for (;;) {
      const auto next =
          dkim::next_step(domain, type, now(), rules, {.at_once = now_due, .may_retire = may_retire});
      if (next.kind == Kind::make) {
        TRY(make_key(folder, domain, next.selector, type, bits, now()));
        TRY(say(fmt::format("made {}", next.selector)));
        now_due = false;
        continue;
      }
      const auto done = step(domain, next);
      if (next.kind == Kind::retire && !(done && done->more)) {
        may_retire = false;
        join(end, done ? done->end : RotationEnd{.due = {}, .waits = done.error().message()});
        continue;
      }
      if (!done) return std::unexpected(done.error());
      if (done->more) continue;
      join(end, done->end);
      break;
    }
    if (now_due && domain.delegate)
      join(end, {.due = {},
                 .waits = "both names of the delegation are in use; revoke the key that leaves (rampart dkim "
                          "retire), and ask again"});
  }
  TRY(look_after(domain, end));
  return end;
}

}  // namespace rampart::audit::keys
