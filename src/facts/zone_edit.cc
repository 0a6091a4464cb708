#include "facts/zone_edit.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"

namespace rampart::facts {
namespace {

using base::ErrorKind;
using dns::Name;
using dns::RrType;

constexpr ZoneEdit::Type number(RrType type) { return static_cast<ZoneEdit::Type>(type); }

constexpr const char* kDelegationHint =
    "leave it out: only records that are answered from the zone itself can be tried out";
constexpr const char* kDirectiveHint =
    "write `; rampart: remove NAME TYPE`, as in `; rampart: remove "
    "s1._domainkey.ministry.example TXT`";

std::unexpected<base::Error> error(std::string what, std::string where, std::string hint) {
  return base::fail(ErrorKind::input, std::move(what), std::move(where), std::move(hint));
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  for (const auto word : base::split(text, ' ')) {
    for (const auto part : base::split(word, '\t')) {
      if (!part.empty()) out.push_back(part);
    }
  }
  return out;
}

}  // namespace

const ZoneEdit::Puts* ZoneEdit::puts(const Name& owner) const {
  const auto at = puts_.find(owner);
  return at == puts_.end() ? nullptr : &at->second;
}

const ZoneEdit::Removals* ZoneEdit::removals(const Name& owner) const {
  const auto at = removals_.find(owner);
  return at == removals_.end() ? nullptr : &at->second;
}

base::Result<> ZoneEdit::add(const dns::ZoneRecord& record) {
  if (record.type == dns::kDname)
    return error("a DNAME in a proposed change", location(record), kDelegationHint);
  if (record.type == number(RrType::ns)) delegations_.emplace_back(record.owner, location(record));
  auto& puts = puts_[record.owner];
  auto& records = puts[record.type];
  records.push_back({std::string(record.data), record.ttl, record.preference, record.strings});
  const bool alone = puts.contains(number(RrType::cname));
  if (alone && (puts.size() > 1 || records[0].data != record.data))
    return error(fmt::format("{} has a CNAME and other records", record.owner.text()), location(record),
                 "a CNAME stands alone (RFC 1034 section 3.6.2)");
  return {};
}

base::Result<> ZoneEdit::add_directives(std::string_view text, const std::string& name) {
  std::size_t line_number = 0;
  for (const auto line : base::split(text, '\n')) {
    ++line_number;
    auto rest = base::trim(line);
    if (!rest.starts_with(';')) continue;
    rest = base::trim(rest.substr(1));
    if (!base::istarts_with(rest, "rampart")) continue;
    const auto parts = words(rest);
    // A comment that speaks of rampart is left alone; one that looks like an order is not.
    if (parts[0] != "rampart:" && !(parts.size() > 1 && base::istarts_with(parts[1], "remove"))) continue;
    const std::string where = fmt::format("{}:{}", base::printable(name), line_number);
    if (parts.size() != 4 || parts[0] != "rampart:" || parts[1] != "remove")
      return error("the comment begins like an order to rampart, but is none", where, kDirectiveHint);
    const auto owner = Name::parse(parts[2]);
    if (!owner) return error(owner.error().message(), where, kDirectiveHint);
    const auto type = dns::parse_rr_type(parts[3]);
    if (!type)
      return error(fmt::format("{} is not a record type that can be removed", base::excerpt(parts[3], 20)),
                   where, "the types are A, AAAA, CAA, CNAME, DS, MX, PTR, TLSA, TXT");
    if (*type == RrType::ns || *type == RrType::soa)
      return error(fmt::format("{} cannot be removed", dns::to_string(*type)), where, kDelegationHint);
    removals_[*owner].insert(number(*type));
  }
  return {};
}

base::Result<> ZoneEdit::finish(const std::string& name) {
  for (const auto& [owner, where] : delegations_) {
    if (!puts_[owner].contains(number(RrType::soa)))
      return error(fmt::format("a change of who answers for {} (NS)", owner.text()), where, kDelegationHint);
  }
  for (const auto& [owner, types] : removals_) {
    const auto* put = puts(owner);
    for (const auto type : types) {
      if (put != nullptr && put->contains(type))
        return error(fmt::format("{} {} is both removed and put", owner.text(),
                                 dns::to_string(static_cast<RrType>(type))),
                     base::printable(name),
                     "records in the file replace those of their type: leave the removal out");
    }
  }
  for (const auto& [owner, types] : puts_) {
    for (Name above = owner; !above.is_root();) {
      above = above.parent();
      if (!above_.insert(above).second) break;
    }
  }
  if (!empty()) return {};
  return error("the proposed change holds no records", base::printable(name),
               "write the records as in a zone file");
}

base::Result<ZoneEdit> ZoneEdit::load(const std::string& path) {
  ZoneEdit edit;
  const std::string text = TRY(base::read_file(path, kEditLimits.max_bytes));
  if (auto done = edit.add_directives(text, path); !done) return std::unexpected(done.error());
  const auto sink = [&](const dns::ZoneRecord& record) { return edit.add(record); };
  if (auto done = dns::read_zone_file(path, sink, kEditLimits); !done) return std::unexpected(done.error());
  if (auto done = edit.finish(path); !done) return std::unexpected(done.error());
  return edit;
}

base::Result<ZoneEdit> ZoneEdit::parse(std::string_view text, const std::string& name,
                                       const std::optional<Name>& origin) {
  ZoneEdit edit;
  if (auto done = edit.add_directives(text, name); !done) return std::unexpected(done.error());
  const auto sink = [&](const dns::ZoneRecord& record) { return edit.add(record); };
  if (auto done = dns::read_zone_text(text, name, origin, sink, kEditLimits); !done)
    return std::unexpected(done.error());
  if (auto done = edit.finish(name); !done) return std::unexpected(done.error());
  return edit;
}

}  // namespace rampart::facts
