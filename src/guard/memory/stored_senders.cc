#include "guard/memory/stored_senders.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/columns.h"
#include "base/text.h"
#include "dns/domain.h"
#include "guard/memory/correspondents.h"

namespace rampart::guard {
namespace {

using base::Result;
using Number = long long;  // as SOCI has it

constexpr std::size_t kNameColumns = 40;  // at most, of addresses as text

base::Time time_of(std::int64_t seconds) { return base::Time(std::chrono::seconds(seconds)); }
std::string day_of(std::int64_t seconds) { return base::format_time(time_of(seconds)).substr(0, 10); }

// A store that is only looked at is not changed, so tables may be missing.
bool has_tables(soci::session& sql, store::Backend backend) {
  Number tables = 0;
  if (backend == store::Backend::sqlite)
    sql << "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'guard_correspondence'",
        soci::into(tables);
  else
    sql << "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = ANY (current_schemas(false))"
           " AND table_name = 'guard_correspondence'",
        soci::into(tables);
  return tables != 0;
}

// Since when it remembers; nothing where no guard has, or is not to.
std::optional<Reach> reach_of(soci::session& sql, store::Backend backend) {
  if (!has_tables(sql, backend)) return std::nullopt;
  Number begun = 0;
  Number lost = 0;
  sql << "SELECT begun, lost FROM guard_correspondence ORDER BY begun LIMIT 1", soci::into(begun),
      soci::into(lost);
  if (!sql.got_data()) return std::nullopt;
  return Reach{.begun = begun,
               .lost = lost,
               .keep = std::chrono::duration_cast<std::chrono::seconds>(CorrespondentLimits{}.keep).count()};
}

std::optional<Seen> find(soci::session& sql, const std::string& author, const std::string& recipient) {
  Number first = 0;
  Number last = 0;
  Number messages = 0;
  Number replied = 0;
  Number wide = 0;
  sql << "SELECT first, last, messages, replied, wide FROM guard_correspondent"
         " WHERE author = :author AND recipient = :recipient",
      soci::use(author), soci::use(recipient), soci::into(first), soci::into(last), soci::into(messages),
      soci::into(replied), soci::into(wide);
  if (!sql.got_data()) return std::nullopt;
  return Seen{.first = first, .last = last, .messages = messages, .replied = replied, .wide = wide != 0};
}

// Every address of a domain, for LIKE with ESCAPE '\'.
std::string pattern_of(const std::string& domain) {
  std::string out = "%@";
  for (const char c : domain) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::vector<StoredPair> pairs(soci::session& sql, std::string_view column, const SendersWord& word,
                              std::size_t most) {
  const auto value = word.is_domain ? pattern_of(word.text) : word.text;
  StoredPair pair;
  Number first = 0;
  Number last = 0;
  Number messages = 0;
  Number replied = 0;
  const auto limit = static_cast<Number>(most);
  // The column is ours, never a stranger's.
  soci::statement all =
      (sql.prepare << fmt::format("SELECT author, recipient, first, last, messages, replied"
                                  " FROM guard_correspondent WHERE {} {} AND recipient <> ''"
                                  " ORDER BY seen DESC, author, recipient LIMIT :most",
                                  column, word.is_domain ? "LIKE :value ESCAPE '\\'" : "= :value"),
       soci::use(value), soci::use(limit), soci::into(pair.author), soci::into(pair.recipient),
       soci::into(first), soci::into(last), soci::into(messages), soci::into(replied));
  all.execute();
  std::vector<StoredPair> out;
  while (all.fetch()) {
    pair.seen = {.first = first, .last = last, .messages = messages, .replied = replied};
    out.push_back(pair);
  }
  return out;
}

std::vector<StoredNetwork> networks_of(soci::session& sql, const std::string& domain, std::size_t most) {
  StoredNetwork network;
  Number first = 0;
  Number last = 0;
  Number messages = 0;
  const auto limit = static_cast<Number>(most);
  soci::statement all = (sql.prepare << "SELECT network, first, last, messages FROM guard_sender"
                                        " WHERE domain = :domain ORDER BY last DESC, network LIMIT :most",
                         soci::use(domain), soci::use(limit), soci::into(network.network), soci::into(first),
                         soci::into(last), soci::into(messages));
  all.execute();
  std::vector<StoredNetwork> out;
  while (all.fetch()) {
    network.seen = {.first = first, .last = last, .messages = messages};
    out.push_back(network);
  }
  return out;
}

// Whether there were more than are shown.
template <class Item>
bool cut(std::vector<Item>& items, std::size_t most) {
  if (items.size() <= most) return false;
  items.resize(most);
  return true;
}

std::string words_of(const Seen& seen) {
  auto out = seen.messages == 0
                 ? std::string("no mail")
                 : fmt::format("since {}, last {}, {} message{}", day_of(seen.first), day_of(seen.last),
                               seen.messages, seen.messages == 1 ? "" : "s");
  if (seen.replied != 0) out += fmt::format("; wrote back {}", day_of(seen.replied));
  return out;
}

struct Line {
  std::string name;
  std::string words;
};

void add_lines(std::string& out, std::string_view headline, const std::vector<Line>& lines) {
  if (lines.empty()) return;
  std::size_t width = 0;
  for (const auto& line : lines) width = std::max(width, std::min(line.name.size(), kNameColumns));
  if (!out.empty()) out += '\n';
  out += fmt::format("{}\n", headline);
  for (const auto& line : lines)
    out += fmt::format("  {}  {}\n", base::pad_right(line.name, width), line.words);
}

// One pair as a line under what was asked for, which of a domain is not named whole.
std::vector<Line> lines_of(const std::vector<StoredPair>& pairs, bool is_domain, bool author) {
  std::vector<Line> out;
  for (const auto& pair : pairs) {
    const auto& other = author ? pair.recipient : pair.author;
    auto name = base::printable(other);
    if (is_domain) name = base::printable(pair.author) + " to " + base::printable(pair.recipient);
    out.push_back({.name = std::move(name), .words = words_of(pair.seen)});
  }
  return out;
}

void write_seen(base::JsonWriter& json, const Seen& seen) {
  const auto time = [&](std::string_view name, std::int64_t at) {
    json.key(name);
    if (at == 0)
      json.null();
    else
      json.value(base::format_time(time_of(at)));
  };
  time("first", seen.first);
  time("last", seen.last);
  json.member("messages", seen.messages);
}

void write_pairs(base::JsonWriter& json, std::string_view name, const std::vector<StoredPair>& pairs) {
  json.key(name).begin_array();
  for (const auto& pair : pairs) {
    json.begin_object().member("author", pair.author).member("recipient", pair.recipient);
    write_seen(json, pair.seen);
    json.key("replied");
    if (pair.seen.replied == 0)
      json.null();
    else
      json.value(base::format_time(time_of(pair.seen.replied)));
    json.end_object();
  }
  json.end_array();
}

}  // namespace

Result<Correspondence> recall_stored(store::Database& database, std::string_view author,
                                     std::span<const std::string> recipients, base::Time now) {
  return database.run([&](soci::session& sql) {
    const auto reach = reach_of(sql, database.backend());
    if (!reach) return unknown_sender(NotKnown::no_store, recipients.size());
    if (author.empty()) return unknown_sender(NotKnown::no_author, recipients.size());
    const std::string name(author);
    const auto anybody = find(sql, name, {});
    const auto* total = anybody ? &*anybody : nullptr;
    Correspondence out{.anybody = acquaintance(total, nullptr, *reach, now), .recipients = {}};
    for (const auto& recipient : recipients.first(std::min(recipients.size(), kMostCorrespondents))) {
      const auto address = correspondent(recipient);
      if (address.empty()) {
        out.recipients.push_back({.known = Known::unknown, .why = NotKnown::no_address});
        continue;
      }
      const auto pair = find(sql, name, address);
      out.recipients.push_back(acquaintance(pair ? &*pair : nullptr, total, *reach, now));
    }
    return out;
  });
}

Result<SendersWord> parse_senders_word(std::string_view text) {
  SendersWord out{.text = {}, .is_domain = text.find('@') == std::string_view::npos};
  if (out.is_domain) {
    const auto domain = dns::parse_domain(text);
    if (domain) out.text = domain->text();
  } else {
    // Within quotation marks an at sign is of the name.
    const auto at = text.rfind('@');
    const bool twice = text.find('@') != at && !text.starts_with('"');
    if (!twice && (dns::parse_domain(text.substr(at + 1)) || text.ends_with(']')))
      out.text = correspondent(text);
  }
  if (out.text.empty())
    return base::fail(base::ErrorKind::usage,
                      fmt::format("\"{}\" is no address and no domain", base::excerpt(text, 80)), {},
                      "such as news@bank.example or bank.example");
  return out;
}

Result<std::optional<StoredSenders>> stored_senders(store::Database& database, const SendersWord& word,
                                                    std::size_t most) {
  return database.run([&](soci::session& sql) -> std::optional<StoredSenders> {
    const auto reach = reach_of(sql, database.backend());
    if (!reach) return std::nullopt;
    StoredSenders out{.asked = word, .begun = time_of(reach->begun)};
    if (reach->lost != 0) out.lost = time_of(reach->lost);
    out.writes = pairs(sql, "author", word, most + 1);
    out.is_written = pairs(sql, "recipient", word, most + 1);
    if (word.is_domain) out.networks = networks_of(sql, word.text, most + 1);
    for (const bool beyond : {cut(out.writes, most), cut(out.is_written, most), cut(out.networks, most)})
      out.more = out.more || beyond;
    return out;
  });
}

std::string senders_text(const StoredSenders& senders) {
  const auto& [name, is_domain] = senders.asked;
  std::string out;
  add_lines(out, fmt::format("{} writes to", name), lines_of(senders.writes, is_domain, true));
  add_lines(out, fmt::format("{} is written to by", name), lines_of(senders.is_written, is_domain, false));
  std::vector<Line> networks;
  networks.reserve(senders.networks.size());
  for (const auto& network : senders.networks)
    networks.push_back({.name = network.network, .words = words_of(network.seen)});
  add_lines(out, fmt::format("{} has passed DMARC from", name), networks);
  out += fmt::format("\nRemembered since {}{}.\n", base::format_time(senders.begun).substr(0, 10),
                     senders.lost ? fmt::format("; there was no room for all, last on {}",
                                                base::format_time(*senders.lost).substr(0, 10))
                                  : std::string());
  return out;
}

std::string senders_json(const StoredSenders& senders) {
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object()
      .member("schema", "rampart.senders/1")
      .member("asked", senders.asked.text)
      .member("is", senders.asked.is_domain ? "domain" : "address")
      .member("begun", base::format_time(senders.begun));
  json.key("lost");
  if (senders.lost)
    json.value(base::format_time(*senders.lost));
  else
    json.null();
  json.member("more", senders.more);
  write_pairs(json, "writes_to", senders.writes);
  write_pairs(json, "written_to_by", senders.is_written);
  json.key("networks").begin_array();
  for (const auto& network : senders.networks) {
    json.begin_object().member("network", network.network);
    write_seen(json, network.seen);
    json.end_object();
  }
  json.end_array().end_object();
  return out + "\n";
}

}  // namespace rampart::guard
