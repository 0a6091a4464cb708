#include "audit/keys/rotate.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::audit::keys {
namespace {

using base::Result;
using Kind = dkim::RotationStep::Kind;

// What comes first of two ends: a time, or the world.
void join(RotationEnd& end, const RotationEnd& other) {
  if (other.due && (!end.due || *other.due < *end.due)) end.due = other.due;
  if (end.waits.empty()) end.waits = other.waits;
}

}  // namespace

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
    const auto made = TRY(folder.make(domain.domain.text(), key.file, type, bits));
    key.bits = made.bits();
    key.public_key = made.public_key();
    TRY(write_domain(folder, domain));
  }
  return {};
}

Result<crypto::SignKey> make_key(const crypto::KeyFolder& folder, dkim::ManagedDomain& domain,
                                 const std::string& selector, dkim::KeyType type, unsigned bits,
                                 base::Time now) {
  if (domain.keys.size() == dkim::kMaxManagedKeys)
    return base::fail(base::ErrorKind::input,
                      fmt::format("{} has had {} keys", domain.domain.text(), dkim::kMaxManagedKeys), {},
                      "take retired ones out of its keys.json");
  domain.keys.push_back({.selector = selector,
                         .type = type,
                         .public_key = {},
                         .file = dkim::key_file(domain, selector),
                         .made = now});
  TRY(write_domain(folder, domain));
  TRY(complete_keys(folder, domain, bits));
  return folder.read(domain.domain.text(), domain.keys.back().file);
}

Result<Rotation::Done> Rotation::step(dkim::ManagedDomain& domain, const dkim::RotationStep& next) {
  if (next.kind == Kind::rest || next.kind == Kind::settle)
    return Done{.more = false, .end = {.due = next.due, .waits = {}}};
  auto& key = domain.keys[next.key];
  const auto name = dkim::record_name(domain, key.selector);
  if (!name)
    return base::fail(base::ErrorKind::input,
                      fmt::format("the record's name of {} is too long", key.selector));
  if (next.kind == Kind::sign) {
    dkim::set_signing(domain, next.key, now());
    TRY(save(domain));
    TRY(say(fmt::format("{} signs", key.selector)));
    return Done{.more = true, .end = {}};
  }
  if (next.kind == Kind::retire) {
    auto retired = key;
    dkim::set_retired(retired, now());
    // It matters to nobody when the last server has it.
    TRY(records.put(*name, dkim::record_text(retired)));
    key = std::move(retired);
    TRY(save(domain));
    TRY(say(fmt::format("retired {}", key.selector)));
    return Done{.more = true, .end = {}};
  }
  const auto put = TRY(records.put(*name, dkim::record_text(key)));
  if (!put.everywhere) return Done{.more = false, .end = {.due = {}, .waits = put.why}};
  dkim::set_seen(key, now(), put.settle);
  TRY(save(domain));
  TRY(say(fmt::format("published {} at {}", key.selector, name->text())));
  return Done{.more = true, .end = {}};
}

Result<RotationEnd> Rotation::run(dkim::ManagedDomain& domain, const std::vector<dkim::KeyType>& types,
                                  bool at_once) {
  RotationEnd end;
  TRY(complete_keys(folder, domain, bits));
  for (const auto type : types) {
    bool now_due = at_once;
    for (;;) {
      const auto next = dkim::next_step(domain, type, now(), rules, now_due);
      if (next.kind == Kind::make) {
        TRY(make_key(folder, domain, next.selector, type, bits, now()));
        TRY(say(fmt::format("made {}", next.selector)));
        now_due = false;
        continue;
      }
      const auto done = TRY(step(domain, next));
      if (done.more) continue;
      join(end, done.end);
      break;
    }
  }
  return end;
}

}  // namespace rampart::audit::keys
