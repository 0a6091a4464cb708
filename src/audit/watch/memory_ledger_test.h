// A ledger of a test's own, in memory; it fails when it is told to, with nothing half done, as a store does.
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include "audit/watch/ledger.h"
#include "audit/watch/schedule.h"

namespace rampart::audit::watch {

class MemoryLedger final : public Ledger {
 public:
  struct Entry {
    Parcel parcel;
    enum class State : std::uint8_t { queued, sent, refused } state = State::queued;
    base::Time next{};
    base::Time sent{};
  };

  Result<std::vector<DomainRow>> rows() override {
    std::vector<DomainRow> out;
    for (const auto& [domain, kept] : domains) out.push_back(kept.row);
    return out;
  }
  Result<Memory> memory(const dns::Name& domain) override {
    const auto found = domains.find(domain);
    return found == domains.end() ? Memory() : found->second.memory;
  }
  Result<> keep(std::span<const Kept> kept) override {
    if (auto fault = fails()) return std::unexpected(*fault);
    for (const auto& one : kept) {
      domains[one.row.domain] = {one.row, one.memory};
      for (const auto& parcel : one.parcels) queue(parcel);
      if (one.look) waiting[*one.contact].push_back({++numbers, *one.look});
    }
    return {};
  }
  Result<std::vector<WaitingContact>> contacts_waiting() override {
    std::vector<WaitingContact> out;
    for (const auto& [contact, looks] : waiting) {
      if (looks.empty()) continue;
      const auto last = digests.find(contact);
      out.push_back({contact, last == digests.end() ? std::nullopt : std::optional(last->second)});
    }
    return out;
  }
  Result<std::vector<WaitingLook>> looks_waiting(const Contact& contact, std::size_t) override {
    return waiting[contact];
  }
  Result<> queue_digest(const Contact& contact, std::span<const WaitingLook> looks,
                        std::span<const Parcel> parcels, base::Time now) override {
    if (auto fault = fails()) return std::unexpected(*fault);
    auto& all = waiting[contact];
    for (const auto& look : looks)
      std::erase_if(all, [&](const WaitingLook& w) { return w.number == look.number; });
    for (const auto& parcel : parcels) queue(parcel);
    digests[contact] = now;
    return {};
  }
  Result<std::vector<Parcel>> queued(SinkKind sink, base::Time now, std::size_t limit) override {
    std::vector<Parcel> out;
    for (const auto& entry : outbox) {
      const bool may = entry.next <= now || entry.next > now + kLongestBackoff;
      if (entry.parcel.sink == sink && entry.state == Entry::State::queued && may && out.size() < limit)
        out.push_back(entry.parcel);
    }
    return out;
  }
  Result<std::size_t> count_queued(SinkKind sink) override {
    return static_cast<std::size_t>(std::ranges::count_if(
        outbox, [&](const Entry& e) { return e.parcel.sink == sink && e.state == Entry::State::queued; }));
  }
  Result<std::size_t> count_sent(SinkKind sink, base::Time from, base::Time to) override {
    return static_cast<std::size_t>(std::ranges::count_if(outbox, [&](const Entry& e) {
      return e.parcel.sink == sink && e.state == Entry::State::sent && e.sent > from && e.sent <= to;
    }));
  }
  Result<> mark_sent(const Parcel& parcel, base::Time now) override {
    if (auto fault = fails()) return std::unexpected(*fault);
    entry(parcel).state = Entry::State::sent;
    entry(parcel).sent = now;
    return {};
  }
  Result<> mark_later(const Parcel& parcel, base::Time next, const std::string&) override {
    entry(parcel).next = next;
    ++entry(parcel).parcel.attempts;
    return {};
  }
  Result<> mark_refused(const Parcel& parcel, const std::string&) override {
    entry(parcel).state = Entry::State::refused;
    return {};
  }
  Result<SinkState> sink_state(SinkKind sink) override { return states[sink]; }
  Result<> set_sink_state(SinkKind sink, const SinkState& state) override {
    states[sink] = state;
    return {};
  }
  Result<std::optional<base::Time>> next_try(SinkKind sink) override {
    std::optional<base::Time> out;
    for (const auto& e : outbox) {
      if (e.parcel.sink == sink && e.state == Entry::State::queued && (!out || e.next < *out)) out = e.next;
    }
    return out;
  }
  Result<> forget_sent(base::Time before) override {
    std::erase_if(outbox, [&](const Entry& e) { return e.state == Entry::State::sent && e.sent < before; });
    return {};
  }
  Result<bool> begin_trouble(const Trouble& trouble, std::span<const Parcel> parcels) override {
    if (auto fault = fails()) return std::unexpected(*fault);
    if (!troubles.insert(trouble.code).second) return false;
    for (const auto& parcel : parcels) queue(parcel);
    return true;
  }
  Result<bool> end_trouble(const Trouble& trouble, std::span<const Parcel> parcels) override {
    if (troubles.erase(trouble.code) == 0) return false;
    for (const auto& parcel : parcels) queue(parcel);
    return true;
  }

  // After so many more writes, every write fails.
  std::optional<int> writes_left;

  struct Domain {
    DomainRow row;
    Memory memory;
  };
  std::map<dns::Name, Domain> domains;
  std::map<Contact, std::vector<WaitingLook>> waiting;
  std::map<Contact, base::Time> digests;
  std::vector<Entry> outbox;
  std::map<SinkKind, SinkState> states;
  std::set<std::string> troubles;
  std::int64_t numbers = 0;

 private:
  std::optional<base::Error> fails() {
    if (!writes_left) return std::nullopt;
    if (*writes_left == 0) return base::Error{base::ErrorKind::io, "the disk is full", "store", {}};
    --*writes_left;
    return std::nullopt;
  }
  void queue(Parcel parcel) {
    parcel.number = ++numbers;
    outbox.push_back({.parcel = parcel, .next = parcel.queued});
  }
  Entry& entry(const Parcel& parcel) {
    return *std::ranges::find_if(outbox, [&](const Entry& e) { return e.parcel.number == parcel.number; });
  }
};

}  // namespace rampart::audit::watch
