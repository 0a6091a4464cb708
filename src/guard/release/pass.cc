#include "guard/release/pass.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "auth/dkim/canon.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/hmac.h"
#include "crypto/ids.h"
#include "guard/mark/tags.h"
#include "guard/release/tables.h"

namespace rampart::guard {
namespace {

using base::Result;
using Number = long long;  // of a column

constexpr std::size_t kMaxValue = 500;  // octets of the field's value; ours has some 250

std::set<std::string> in_order(std::span<const std::string> recipients) {
  std::set<std::string> out;
  for (const auto& recipient : recipients) out.insert(base::lower(recipient));
  return out;
}

std::string digest_of(const std::set<std::string>& recipients) {
  std::string text;
  for (const auto& recipient : recipients) (text += recipient) += '\n';
  return base::hex(crypto::sha256(text));
}

// What a reader sees of it, in a form that relays leave as it is.
std::string digest_of(const mail::Message& message) {
  dkim::BodyHash body(dkim::Canon::relaxed);
  body.update(message.body);
  std::string text = body.finish();
  for (const auto& field : message.header.fields)
    if (field.is("From") || field.is("Subject"))
      dkim::add_header(dkim::Canon::relaxed, field.name, field.raw, text);
  return base::hex(crypto::sha256(text));
}

Honoured refuse(std::string why) { return {.passes = false, .id = {}, .why = std::move(why)}; }

}  // namespace

Result<Passes> Passes::open(store::Database& database, Quarantine& quarantine, crypto::Secret key) {
  if (key.empty()) return base::fail(base::ErrorKind::internal, "OpenSSL made no key of a key");
  TRY(database.migrate("guard-release", kPassMigrations));
  return Passes(database, quarantine, std::move(key));
}

std::string Passes::sign(const Pass& pass, const mail::Message& message) const {
  return base::hex(crypto::hmac_sha256(
      key_, fmt::format("{}\n{}\n{}\n{}\n{}", pass.id, pass.number, pass.until.time_since_epoch().count(),
                        pass.recipients, digest_of(message))));
}

Result<std::string> Passes::make(const KeptMessage& entry, const mail::Message& message,
                                 base::Time now) const {
  Pass pass{.id = entry.id,
            .number = crypto::new_id(),
            .until = now + kPassLife,
            .recipients = digest_of(in_order(entry.recipients)),
            .signature = {}};
  if (pass.number.empty()) return base::fail(base::ErrorKind::internal, "OpenSSL gave no random numbers");
  return fmt::format("{}: v=1; id={}; pass={};\r\n until={}; to={};\r\n sig={}\r\n", kPassName, pass.id,
                     pass.number, pass.until.time_since_epoch().count(), pass.recipients,
                     sign(pass, message));
}

// As make() writes it.
std::optional<Passes::Pass> Passes::parse(std::string_view value) {
  const auto text = mail::unfold(value);
  const auto tags =
      read_tags(text, std::array<std::string_view, 6>{"v", "id", "pass", "until", "to", "sig"}, kMaxValue);
  if (!tags) return std::nullopt;
  const auto& [version, id, number, life, recipients, signature] = *tags;
  const auto until = base::parse_number(life);
  if (version != "1" || !crypto::is_id(id) || !crypto::is_id(number) || !until ||
      *until > std::numeric_limits<std::uint32_t>::max())
    return std::nullopt;
  return Pass{.id = std::string(id),
              .number = std::string(number),
              .until = base::Time(std::chrono::seconds(*until)),
              .recipients = std::string(recipients),
              .signature = std::string(signature)};
}

Result<bool> Passes::use(const Pass& pass, std::span<const std::string> recipients, base::Time now) {
  // The error only takes back what was noted: all of them, or none.
  bool fresh = true;
  const auto noted = database_->transact([&](soci::session& sql) -> Result<> {
    const Number today = now.time_since_epoch().count();
    const Number until = pass.until.time_since_epoch().count();
    sql << "DELETE FROM guard_pass_used WHERE until < :today", soci::use(today);
    for (const auto& recipient : in_order(recipients)) {
      soci::statement insert = (sql.prepare << "INSERT INTO guard_pass_used (pass, recipient, until) VALUES "
                                               "(:pass, :recipient, :until) ON CONFLICT DO NOTHING",
                                soci::use(pass.number), soci::use(recipient), soci::use(until));
      insert.execute(true);
      if (insert.get_affected_rows() != 1) {
        fresh = false;
        return base::fail(base::ErrorKind::input, "used");
      }
    }
    return {};
  });
  if (!fresh) return false;
  if (!noted) return std::unexpected(noted.error());
  return true;
}

Result<Honoured> Passes::honour(const mail::Message& message, std::span<const std::string> recipients,
                                base::Time now) {
  const mail::Field* field = nullptr;
  for (const auto& one : message.header.fields) {
    if (!one.is(kPassName)) continue;
    if (field != nullptr) return refuse("it has several release passes");
    field = &one;
  }
  if (field == nullptr) return Honoured{};
  const auto pass = parse(field->value);
  if (!pass) return refuse("what stands in its release pass is none");
  // The signature first: whoever has no key asks the store nothing.
  if (!crypto::same_secret(sign(*pass, message), pass->signature))
    return refuse("its release pass is not ours, or is of another message");
  if (now > pass->until)
    return refuse(fmt::format("its release pass was good until {}", base::format_time(pass->until)));
  const auto entry = quarantine_->find(pass->id);
  if (!entry && entry.error().kind == base::ErrorKind::usage)
    return refuse(fmt::format("no message {} is in quarantine", pass->id));
  if (!entry) return std::unexpected(entry.error());
  if (entry->state != KeptState::releasing && entry->state != KeptState::released)
    return refuse(fmt::format("the message {} is {}", pass->id, to_string(entry->state)));
  const auto meant = in_order(entry->recipients);
  if (digest_of(meant) != pass->recipients || recipients.empty() ||
      !std::ranges::all_of(recipients,
                           [&](const std::string& one) { return meant.contains(base::lower(one)); }))
    return refuse(fmt::format("the message {} was kept from other recipients", pass->id));
  if (!TRY(use(*pass, recipients, now))) return refuse("its release pass was used before");
  return Honoured{.passes = true, .id = pass->id, .why = "released"};
}

}  // namespace rampart::guard
