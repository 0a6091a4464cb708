// What the owner says of a source: that it is his, a service that he uses, a forwarder, or a forger, and how it is called. His
// word goes before what naming finds; who said it, when and why stays on record, also when it was taken back.
//
//   const auto subject = TRY(parse_mark_subject("198.51.100.0/24"));    // or an address, or a source's id
//   TRY(marks.add({.domain = …, .subject = subject, .kind = SourceKind::own, .name = "Branch offices", …}));
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "dns/name.h"
#include "mail/providers/registry.h"
#include "reports/sources/source_kind.h"
#include "store/database.h"

namespace rampart::reports {

// All our own.
inline constexpr std::size_t kMaxMarkName = 100;    // bytes
inline constexpr std::size_t kMaxMarkReason = 500;  // bytes: a sentence or two
inline constexpr std::size_t kMaxMarks = 10'000;    // of a domain, that stand

// What a mark is of: everything from a network, or a source by its id (MailSource::id).
struct MarkSubject {
  std::optional<mail::Network> network;
  std::string id;  // without a network

  // "198.51.100.7", "198.51.100.0/24", "service:amazon-ses": what parse_mark_subject() reads.
  [[nodiscard]] std::string text() const;
  friend bool operator==(const MarkSubject& a, const MarkSubject& b) { return a.text() == b.text(); }
};

// An address, a network with its length, or the id of one source. Errors are of kind usage. The spoofing of a domain is no one
// source: of it, addresses and networks are marked.
base::Result<MarkSubject> parse_mark_subject(std::string_view text);

struct Mark {
  long long number = 0;
  dns::Name domain;
  MarkSubject subject;
  SourceKind kind = SourceKind::own;  // any but unknown
  std::string name;                   // empty: as naming has it
  std::string reason;
  std::string who;
  base::Time made{};
  std::optional<base::Time> removed;
  std::string removed_by;
};

class Marks {
 public:
  // Makes the table when it is not there. The database outlives it.
  static base::Result<Marks> open(store::Database& database);

  // The number it got. One of the same subject is taken back by it.
  base::Result<long long> add(const Mark& mark);
  // By domain and number: those that stand, or with `all` those that were taken back, too. Of one domain, or of every one.
  base::Result<std::vector<Mark>> list(const std::optional<dns::Name>& domain, bool all = false);
  // False when none that stands has this number.
  base::Result<bool> remove(long long number, std::string_view who, base::Time now);

 private:
  explicit Marks(store::Database& database) : database_(&database) {}

  store::Database* database_;
};

}  // namespace rampart::reports
