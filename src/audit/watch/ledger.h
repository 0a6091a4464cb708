// What a watch keeps, whatever keeps it (ledger_store.h: the store). What is told and the state that says so are
// written in one transaction: after a crash both are there, or neither.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audit/watch/alerts.h"
#include "audit/watch/event.h"
#include "audit/watch/sinks.h"

namespace rampart::audit::watch {

struct DomainRow {
  dns::Name domain;
  std::optional<base::Time> last;   // looked at
  std::optional<base::Time> again;  // something waits for its second time
};

// Who is told of a domain.
struct Contact {
  std::string organisation;
  std::string address;  // of mail; as mail::parse_address() gives it
  Language language = Language::en;
  friend auto operator<=>(const Contact&, const Contact&) = default;
};

// One look's outcome.
struct Kept {
  DomainRow row;
  Memory memory;
  std::vector<Parcel> parcels;     // for the sinks that are told at once; `number` is given by the ledger
  std::optional<Look> look;        // for the digest
  std::optional<Contact> contact;  // whose; with `look`
};

struct WaitingLook {
  std::int64_t number = 0;
  Look look;
};

struct WaitingContact {
  Contact contact;
  std::optional<base::Time> last_digest;
};

struct SinkState {
  unsigned failures = 0;  // in a row, of the sink itself
  std::optional<base::Time> blocked_until;
};

class Ledger {
 public:
  template <class T = void>
  using Result = base::Result<T>;

  virtual ~Ledger() = default;

  // --- Domains ---
  virtual Result<std::vector<DomainRow>> rows() = 0;
  virtual Result<Memory> memory(const dns::Name& domain) = 0;  // without a baseline when there is none
  virtual Result<> keep(std::span<const Kept> kept) = 0;       // one transaction

  // --- Digests ---
  virtual Result<std::vector<WaitingContact>> contacts_waiting() = 0;
  // In the order of their coming; at most `limit` alerts, but at least one look.
  virtual Result<std::vector<WaitingLook>> looks_waiting(const Contact& contact, std::size_t limit) = 0;
  // One transaction: the parcels are queued, these looks no longer wait, and the contact's last digest is at `now`.
  virtual Result<> queue_digest(const Contact& contact, std::span<const WaitingLook> looks,
                                std::span<const Parcel> parcels, base::Time now) = 0;

  // --- The outbox ---
  // The first parcels of a sink that may be tried now, in order. A try that lies further ahead than any wait does
  // was noted by a clock that has been set back since: it may be made.
  virtual Result<std::vector<Parcel>> queued(SinkKind sink, base::Time now, std::size_t limit) = 0;
  virtual Result<std::size_t> count_queued(SinkKind sink) = 0;
  virtual Result<std::size_t> count_sent(SinkKind sink, base::Time from, base::Time to) = 0;
  virtual Result<> mark_sent(const Parcel& parcel, base::Time now) = 0;
  virtual Result<> mark_later(const Parcel& parcel, base::Time next_try, const std::string& why) = 0;
  virtual Result<> mark_refused(const Parcel& parcel, const std::string& why) = 0;
  virtual Result<SinkState> sink_state(SinkKind sink) = 0;
  virtual Result<> set_sink_state(SinkKind sink, const SinkState& state) = 0;
  // The earliest time at which something of the outbox may be tried again.
  virtual Result<std::optional<base::Time>> next_try(SinkKind sink) = 0;
  // Parcels that were sent before then are dropped.
  virtual Result<> forget_sent(base::Time before) = 0;

  // --- Rampart's own trouble, told once ---
  // One transaction each: whether it was news, and when it was, the parcels are queued.
  virtual Result<bool> begin_trouble(const Trouble& trouble, std::span<const Parcel> parcels) = 0;
  virtual Result<bool> end_trouble(const Trouble& trouble, std::span<const Parcel> parcels) = 0;
};

}  // namespace rampart::audit::watch
