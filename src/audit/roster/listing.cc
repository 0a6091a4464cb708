#include "audit/roster/listing.h"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "audit/state/state.h"
#include "audit/summary.h"
#include "base/text.h"
#include "dns/domain.h"
#include "store/bulk.h"

namespace rampart::audit::roster {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::array<std::string_view, 5> kSorts{"name", "grade", "status", "last_audit", "open_findings"};
// Terms of one compound SELECT; SQLite allows 500 (SQLITE_MAX_COMPOUND_SELECT).
constexpr std::size_t kMaxTerms = 100;
// Behind every name that begins with a text: names are visible ASCII.
constexpr char kBehind = '\x7f';

// Rows of one organisation, or of all; of one bucket, or of all.
struct Stream {
  const std::string* organisation = nullptr;
  std::optional<int> bucket;
};
// Streams that are merged by the order's column and the name; groups follow one another.
struct Group {
  int place = 0;
  std::vector<Stream> streams;
};

// The place of a bucket in the order by grade or by status.
int place_of(Sort sort, Bucket bucket) {
  if (sort == Sort::grade) return bucket.rank * Bucket::kStatuses + static_cast<int>(bucket.status);
  // Spoofable, unknown, partly protected, protected, never audited.
  static constexpr std::array<int, Bucket::kStatuses> kPlaces{0, 2, 3, 1};
  const int status =
      bucket.rank == Bucket::kNeverAudited ? 4 : kPlaces[static_cast<std::size_t>(bucket.status)];
  return status * Bucket::kRanks + bucket.rank;
}

bool is_grouped(Sort sort) { return sort == Sort::grade || sort == Sort::status; }

struct Order {
  std::string_view column;  // beside the name; empty: the name alone
  std::string_view terms;   // of ORDER BY, by the places of kStandingColumns
};
Order order_of(Sort sort, bool descending) {
  switch (sort) {
    case Sort::last_audit:
      return {"s.last", descending ? "2 DESC, 1 DESC" : "2, 1"};
    case Sort::open_findings:
      return {"s.open", descending ? "3 DESC, 1 DESC" : "3, 1"};
    case Sort::name:
      return {"", descending ? "1 DESC" : "1"};
    case Sort::grade:
    case Sort::status:
      break;
  }
  return {"", "1"};  // within a grade by name, whichever grade comes first
}

// What is only offered in the order of names.
bool is_by_name(const Query& query) {
  return !query.finding.empty() || !query.text.empty() || !query.tag.empty() || query.weakness.has_value();
}

class Lister {
 public:
  Lister(soci::session& sql, store::Backend backend, const Query& query)
      : sql_(sql), backend_(backend), query_(query) {}

  // Only tells what would be run.
  void tell(std::vector<std::string>& statements) { told_ = &statements; }

  Page page() {
    wanted_ = std::min(std::max<std::size_t>(query_.limit, 1), kMaxPage) + 1;
    if (query_.after) {
      name_ = query_.after->domain;
      number_ = query_.after->number;
    }
    read_counts();
    Page out;
    if (is_by_name(query_)) {
      by_name();
    } else {
      out.total = total_;
      by_streams();
    }
    if (rows_.size() >= wanted_) {
      rows_.resize(wanted_ - 1);
      out.next = cursor_of(rows_.back());
    }
    out.rows = std::move(rows_);
    return out;
  }

 private:
  [[nodiscard]] bool filters() const {
    return !query_.statuses.empty() || !query_.grades.empty() || !query_.sends.empty();
  }
  [[nodiscard]] bool passes(Bucket bucket) const {
    const bool audited = bucket.rank != Bucket::kNeverAudited;
    const auto among = [](const auto& values, const auto& value) {
      return values.empty() || std::ranges::find(values, value) != values.end();
    };
    if (!query_.statuses.empty() && (!audited || !among(query_.statuses, bucket.status))) return false;
    return among(query_.grades, audited ? bucket.grade() : std::string_view("-")) &&
           among(query_.sends, bucket.sends);
  }

  // Which buckets have domains, and how many domains pass the filter.
  void read_counts() {
    std::string owner(kEverybody);
    long long bucket = 0;
    long long domains = 0;
    soci::statement select = (sql_.prepare << "SELECT bucket, domains FROM audit_count"
                                              " WHERE organisation = :owner AND domains > 0",
                              soci::use(owner), soci::into(bucket), soci::into(domains));
    const auto read = [&](const std::string* organisation) {
      select.execute();
      while (select.fetch()) {
        if (!passes(Bucket::of(static_cast<int>(bucket)))) continue;
        streams_.push_back({organisation, static_cast<int>(bucket)});
        total_ += domains;
      }
    };
    if (query_.whose.everything) return read(nullptr);
    for (const auto& organisation : query_.whose.organisations) {
      owner = organisation;
      read(&organisation);
    }
  }

  [[nodiscard]] std::vector<Group> groups() const {
    if (is_grouped(query_.sort)) {
      std::map<int, Group> out;
      for (const auto& stream : streams_) {
        const int place = place_of(query_.sort, Bucket::of(*stream.bucket));
        auto& group = out[place];
        group.place = place;
        group.streams.push_back(stream);
      }
      std::vector<Group> ordered;
      ordered.reserve(out.size());
      for (auto& [place, group] : out) ordered.push_back(std::move(group));
      if (query_.descending) std::ranges::reverse(ordered);
      return ordered;
    }
    if (filters()) return {{0, streams_}};
    if (query_.whose.everything) return {{0, {Stream{}}}};
    if (query_.sort != Sort::name) return {{0, streams_}};
    Group all;
    for (const auto& organisation : query_.whose.organisations)
      all.streams.push_back({&organisation, std::nullopt});
    return {all};
  }

  void by_streams() {
    for (const auto& group : groups()) {
      bool after = query_.after.has_value();
      if (is_grouped(query_.sort) && query_.after) {
        const int from = query_.after->group;
        if (query_.descending ? group.place > from : group.place < from) continue;
        after = group.place == from;
      }
      merge(group.streams, after);
      if (rows_.size() >= wanted_) return;
    }
  }

  void merge(const std::vector<Stream>& streams, bool after) {
    const auto order = order_of(query_.sort, query_.descending);
    const auto begun = rows_.size();
    for (std::size_t at = 0; at < streams.size(); at += kMaxTerms) {
      const auto part = std::span(streams).subspan(at, std::min(kMaxTerms, streams.size() - at));
      std::string text;
      for (const auto& stream : part) {
        if (!text.empty()) text += " UNION ALL ";
        text += term(stream, order, after);
      }
      run(text + fmt::format(" ORDER BY {} LIMIT {}", order.terms, wanted_ - begun));
    }
    if (streams.size() <= kMaxTerms) return;
    std::ranges::sort(rows_.begin() + static_cast<std::ptrdiff_t>(begun), rows_.end(),
                      [&](const Standing& a, const Standing& b) { return comes_before(a, b); });
    if (rows_.size() > wanted_) rows_.resize(wanted_);
  }

  std::string term(const Stream& stream, const Order& order, bool after) {
    auto out = fmt::format("SELECT {} FROM audit_standing s WHERE ", kStandingColumns);
    const auto begun = out.size();
    const auto condition = [&](const std::string& text) {
      if (out.size() != begun) out += " AND ";
      out += text;
    };
    if (stream.organisation != nullptr)
      condition(fmt::format("s.organisation = {}", place(std::string_view(*stream.organisation))));
    if (stream.bucket) condition(fmt::format("s.bucket = {}", *stream.bucket));
    const char beyond = query_.descending && !is_grouped(query_.sort) ? '<' : '>';
    if (after && order.column.empty())
      condition(fmt::format("s.domain {} {}", beyond, place(std::string_view(name_))));
    if (after && !order.column.empty())
      condition(fmt::format("({}, s.domain) {} ({}, {})", order.column, beyond, place(number_),
                            place(std::string_view(name_))));
    if (out.size() == begun) out.resize(begun - std::string_view(" WHERE ").size());
    return out;
  }

  // By the codes of findings, and by parts of names: in the order of the names.
  void by_name() {
    const auto& whose = query_.whose;
    if (whose.everything) return by_name(nullptr);
    for (const auto& organisation : whose.organisations) by_name(&organisation);
    if (whose.organisations.size() < 2) return;
    std::ranges::sort(rows_, [&](const Standing& a, const Standing& b) { return comes_before(a, b); });
    if (rows_.size() > wanted_) rows_.resize(wanted_);
  }

  // What is looked for is found in an index of names (m), in their order; the rows of few are read (s).
  void by_name(const std::string* organisation) {
    const bool finding = !query_.finding.empty();
    const bool tag = !query_.tag.empty();
    const std::string_view found_in = finding ? "audit_finding" : tag ? "audit_tag" : "audit_standing";
    std::string found;  // conditions on m alone
    std::string read;   // on the rows
    const auto add = [](std::string& to, std::string_view text) { to += fmt::format(" AND {}", text); };
    if (finding)
      add(found, fmt::format("m.code = {} AND m.gone IS NULL", place(std::string_view(query_.finding))));
    if (tag && !finding) add(found, tag_is("m"));
    if (tag && finding)
      add(read,
          fmt::format("EXISTS (SELECT 1 FROM audit_tag t WHERE t.domain = m.domain AND {})", tag_is("t")));
    if (organisation != nullptr) {
      const bool has_owner = finding || !tag;
      add(has_owner ? found : read,
          fmt::format("{}.organisation = {}", has_owner ? "m" : "s", place(std::string_view(*organisation))));
    }
    if (query_.after)
      add(found,
          fmt::format("m.domain {} {}", query_.descending ? '<' : '>', place(std::string_view(name_))));
    if (!query_.text.empty()) {
      const auto text = place(std::string_view(query_.text));
      add(found, backend_ == store::Backend::sqlite ? fmt::format("instr(m.domain, {}) > 0", text)
                                                    : fmt::format("position({} in m.domain) > 0", text));
    }
    if (filters()) add(read, fmt::format("s.bucket IN ({})", buckets()));
    if (query_.weakness) add(read, fmt::format("(s.weaknesses & {}) <> 0", bit_of(*query_.weakness)));
    if (found.empty()) found = " AND m.domain <> ''";
    const std::string_view direction = query_.descending ? " DESC" : "";
    // Unless rows decide, only those of the page are read. CROSS JOIN keeps SQLite from turning the loops round.
    const auto from = read.empty()
                          ? fmt::format("(SELECT m.domain FROM {} m WHERE {} ORDER BY m.domain{} LIMIT {}) m",
                                        found_in, found.substr(5), direction, wanted_)
                          : fmt::format("{} m", found_in);
    const auto text = fmt::format(
        "SELECT {} FROM {} CROSS JOIN audit_standing s WHERE s.domain = m.domain{}{} ORDER BY m.domain{} "
        "LIMIT {}",
        kStandingColumns, from, read.empty() ? "" : found, read, direction, wanted_);
    run(text);
  }

  std::string tag_is(std::string_view table) {
    const auto equals = query_.tag.find('=');
    tag_ = base::lower(query_.tag);
    const auto name = place(std::string_view(tag_).substr(0, equals));
    if (equals == std::string::npos) return fmt::format("{}.name = {}", table, name);
    return fmt::format("{0}.name = {1} AND {0}.value = {2}", table, name,
                       place(std::string_view(tag_).substr(equals + 1)));
  }

  [[nodiscard]] std::string buckets() const {
    std::string numbers;
    for (int number = 0; number < Bucket::kAll; ++number) {
      if (passes(Bucket::of(number))) numbers += fmt::format("{}{}", numbers.empty() ? "" : ", ", number);
    }
    return numbers.empty() ? "-1" : numbers;
  }

  // The place of a value in the statement that is put together; the value outlives the run.
  std::string place(store::Parameter value) {
    parameters_.push_back(value);
    return fmt::format("${}", parameters_.size());
  }

  void run(const std::string& text) {
    const auto parameters = std::exchange(parameters_, {});
    if (told_ != nullptr) {
      told_->push_back(text);
      return;
    }
    StandingRow row;
    store::each_text_row(sql_, backend_, text, parameters, [&](std::span<const std::string_view> columns) {
      row.take(columns);
      rows_.push_back(row.read());
    });
  }

  [[nodiscard]] bool comes_before(const Standing& a, const Standing& b) const {
    const auto key = [&](const Standing& row) {
      const std::int64_t number = query_.sort == Sort::open_findings ? row.open_findings()
                                  : query_.sort == Sort::last_audit && row.last
                                      ? row.last->time_since_epoch().count()
                                      : 0;
      return std::pair<std::int64_t, std::string_view>(number, row.domain);
    };
    const bool falls = query_.descending && !is_grouped(query_.sort);
    return falls ? key(b) < key(a) : key(a) < key(b);
  }

  [[nodiscard]] Cursor cursor_of(const Standing& row) const {
    Cursor out{.domain = row.domain};
    if (is_grouped(query_.sort)) out.group = place_of(query_.sort, Bucket::of(row));
    if (query_.sort == Sort::last_audit && row.last) out.number = row.last->time_since_epoch().count();
    if (query_.sort == Sort::open_findings) out.number = row.open_findings();
    return out;
  }

  soci::session& sql_;
  store::Backend backend_;
  const Query& query_;
  std::vector<std::string>* told_ = nullptr;
  std::size_t wanted_ = 0;  // rows; one more than the page has
  std::string name_;
  std::int64_t number_ = 0;
  std::string tag_;  // in lower case
  std::vector<store::Parameter> parameters_;
  std::vector<Stream> streams_;  // those that pass the filter and are not empty
  std::int64_t total_ = 0;
  std::vector<Standing> rows_;
};

// What somebody types of a name, as names are kept: lower case, and A-labels when all of it is a name.
std::string as_kept(std::string_view text) {
  if (!base::is_ascii(text)) {
    if (const auto name = dns::parse_domain(text)) return name->text();
  }
  return base::lower(base::trim(text));
}

Result<Query> checked(const Query& query) {
  if (query.sort != Sort::name && is_by_name(query))
    return base::fail(
        ErrorKind::usage,
        fmt::format("domains with a finding, a weakness, a tag or a part of a name are not ordered by {}",
                    to_string(query.sort)),
        "sort", "order them by name");
  if (query.text.size() > kMaxText)
    return base::fail(ErrorKind::usage, "a name is not as long as this text", "text");
  auto out = query;
  out.text = as_kept(query.text);
  return out;
}

}  // namespace

std::string_view to_string(Sort sort) { return kSorts[static_cast<std::size_t>(sort)]; }

std::optional<Sort> parse_sort(std::string_view text) {
  const auto found = std::ranges::find(kSorts, text);
  if (found == kSorts.end()) return std::nullopt;
  return static_cast<Sort>(found - kSorts.begin());
}

std::string Cursor::text() const { return fmt::format("{}.{}.{}", group, number, domain); }

std::optional<Cursor> Cursor::parse(std::string_view text) {
  Cursor out;
  const auto take = [&](auto& number) {
    const auto dot = text.find('.');
    if (dot == std::string_view::npos) return false;
    const auto digits = text.substr(0, dot);
    const auto [end, fault] = std::from_chars(digits.begin(), digits.end(), number);
    const bool whole = fault == std::errc() && end == digits.end();
    text.remove_prefix(dot + 1);
    return whole;
  };
  if (!take(out.group) || !take(out.number) || text.empty() || text.size() > 4 * kMaxText)
    return std::nullopt;
  if (!base::is_ascii(text)) return std::nullopt;
  out.domain = text;
  return out;
}

Result<Page> list(store::Database& database, const Query& query) {
  const auto asked = TRY(checked(query));
  return database.run([&](soci::session& sql) { return Lister(sql, database.backend(), asked).page(); });
}

std::vector<std::string> statements(store::Database& database, const Query& query) {
  std::vector<std::string> out;
  const auto asked = checked(query);
  if (!asked) return out;
  const auto told = database.run([&](soci::session& sql) {
    Lister lister(sql, database.backend(), *asked);
    lister.tell(out);
    lister.page();
  });
  if (!told) out.clear();
  return out;
}

Result<std::vector<Standing>> search(store::Database& database, const Whose& whose, std::string_view text,
                                     std::size_t limit) {
  const auto part = as_kept(text);
  std::vector<Standing> out;
  if (part.empty() || part.size() > kMaxText) return out;
  const std::string behind = part + kBehind;
  TRY(database.run([&](soci::session& sql) {
    const auto read = [&](const std::string* organisation) {
      StandingRow row;
      auto select =
          (sql.prepare << fmt::format(
               "SELECT {} FROM audit_standing s WHERE {}s.domain >= :part AND s.domain < :behind"
               " ORDER BY s.domain LIMIT {}",
               kStandingColumns, organisation == nullptr ? "" : "s.organisation = :owner AND ", limit));
      row.bind(select);
      if (organisation != nullptr) select, soci::use(*organisation, "owner");
      select, soci::use(part, "part"), soci::use(behind, "behind");
      soci::statement statement(select);
      statement.execute();
      while (statement.fetch()) out.push_back(row.read());
    };
    if (whose.everything) return read(nullptr);
    for (const auto& organisation : whose.organisations) read(&organisation);
  }));
  if (out.size() < limit) {
    const auto within = TRY(list(database, {.whose = whose, .text = part, .limit = limit}));
    for (const auto& row : within.rows) {
      if (!row.domain.starts_with(part)) out.push_back(row);
    }
  }
  if (out.size() > limit) out.resize(limit);
  return out;
}

}  // namespace rampart::audit::roster
