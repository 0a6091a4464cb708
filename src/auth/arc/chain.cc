#include "auth/arc/chain.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "auth/dkim/canon.h"
#include "base/text.h"

namespace rampart::arc {
namespace {

using dkim::Canon;

constexpr std::string_view kStructure = "RFC 8617 section 5.2";
constexpr std::array<std::string_view, kFieldsOfSet> kNames{"ARC-Authentication-Results",
                                                            "ARC-Message-Signature", "ARC-Seal"};

constexpr std::size_t kMaxComments = 50;  // one within another; our own

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Behind white space and comments (CFWS). What is nested deeper than anybody means stays, and is no instance.
std::string_view without_space(std::string_view text) {
  std::size_t depth = 0;
  while (!text.empty()) {
    const char c = text.front();
    if (c == '(' && depth < kMaxComments) {
      ++depth;
    } else if (depth == 0) {
      if (!is_space(c)) break;
    } else if (c == ')') {
      --depth;
    } else if (c == '\\' && text.size() > 1) {
      text.remove_prefix(1);
    }
    text.remove_prefix(1);
  }
  return text;
}

// One place in the chain while its fields are collected.
struct Slot {
  std::array<unsigned, kFieldsOfSet> seen{};
  Set set;
};

class Collector {
 public:
  Collector(const mail::Header& header, Chain& out) : header_(header), out_(out), slots_(1) {}

  bool add_results(std::size_t place) {
    const auto instance = read_results(header_.fields[place].value).instance;
    if (instance == 0) return fail("an ARC-Authentication-Results field does not begin with i=");
    if (auto* set = slot(0, instance)) set->results = place;
    return true;
  }
  bool add_message(std::size_t place) {
    auto signature = dkim::parse_signature(header_.fields[place].value, dkim::Kind::arc_message);
    if (signature.instance == 0)
      return fail(fmt::format("an ARC-Message-Signature field has no place: {}", signature.fault));
    if (auto* set = slot(1, signature.instance)) {
      set->message = place;
      set->message_signature = std::move(signature);
    }
    return true;
  }
  bool add_seal(std::size_t place) {
    auto signature = dkim::parse_signature(header_.fields[place].value, dkim::Kind::arc_seal);
    if (signature.instance == 0)
      return fail(fmt::format("an ARC-Seal field has no place: {}", signature.fault));
    if (auto* set = slot(2, signature.instance)) {
      set->seal = place;
      set->seal_signature = std::move(signature);
    }
    return true;
  }

  // Each set once whole, without a gap.
  void finish() {
    const bool ended = out_.highest != 0 && slots_[out_.highest - 1].set.seal_signature.chain == "fail";
    for (unsigned i = 0; i < out_.highest && out_.fault.empty(); ++i) check(slots_[i], i + 1);
    out_.ended = ended;
    if (!out_.fault.empty()) return;
    for (unsigned i = 0; i < out_.highest; ++i) out_.sets.push_back(std::move(slots_[i].set));
  }

 private:
  bool fail(std::string why) {
    if (out_.fault.empty()) {
      out_.fault = std::move(why);
      out_.section = kStructure;
    }
    return false;
  }

  // The set that a field belongs to; null when the field is there already.
  Set* slot(std::size_t kind, unsigned instance) {
    out_.highest = std::max(out_.highest, instance);
    if (slots_.size() < instance) slots_.resize(instance);
    auto& found = slots_[instance - 1];
    found.set.instance = instance;
    return ++found.seen[kind] == 1 ? &found.set : nullptr;
  }

  void check(const Slot& slot, unsigned instance) {
    for (std::size_t kind = 0; kind < kFieldsOfSet; ++kind) {
      if (slot.seen[kind] == 1) continue;
      fail(fmt::format("the set i={} has {} {}", instance, slot.seen[kind] == 0 ? "no" : "more than one",
                       kNames[kind]));
      return;
    }
    const auto& seal = slot.set.seal_signature;
    if (!seal.fault.empty()) {
      fail(fmt::format("the seal i={} is malformed: {}", instance, seal.fault));
      out_.section = seal.section;
    } else if (seal.chain == "fail" ? instance != out_.highest : (seal.chain == "none") != (instance == 1)) {
      fail(fmt::format("the seal i={} says cv={}", instance, seal.chain));
    }
  }

  const mail::Header& header_;
  Chain& out_;
  std::vector<Slot> slots_;
};

}  // namespace

ResultsOf read_results(std::string_view value) {
  auto text = without_space(value);
  if (!text.starts_with('i')) return {};
  text = without_space(text.substr(1));
  if (!text.starts_with('=')) return {};
  text = without_space(text.substr(1));
  unsigned instance = 0;
  std::size_t digits = 0;
  while (digits < text.size() && digits < 3 && base::is_digit(text[digits]))
    instance = instance * 10 + static_cast<unsigned>(text[digits++] - '0');
  if (digits == 0 || instance > dkim::kMaxInstance) return {};
  text = without_space(text.substr(digits));
  if (!text.starts_with(';')) return {};
  return {instance, without_space(text.substr(1))};
}

Chain read_chain(const mail::Header& header, const mail::FieldIndex& index) {
  Chain out;
  std::array<std::span<const std::uint32_t>, kFieldsOfSet> places;
  for (std::size_t kind = 0; kind < kFieldsOfSet; ++kind) {
    places[kind] = index.find(kNames[kind]);
    if (places[kind].size() <= dkim::kMaxInstance) continue;
    out.highest = dkim::kMaxInstance;
    out.fault = fmt::format("it has more than {} sets", dkim::kMaxInstance);
    out.section = "RFC 8617 section 4.2.1";
    return out;
  }
  if (places[0].empty() && places[1].empty() && places[2].empty()) return out;
  Collector collector(header, out);
  // All of them, so that `highest` is known of a chain with a fault, too.
  for (const auto place : places[0]) (void)collector.add_results(place);
  for (const auto place : places[1]) (void)collector.add_message(place);
  for (const auto place : places[2]) (void)collector.add_seal(place);
  collector.finish();
  return out;
}

std::string sealed_text(const mail::Header& header, std::span<const Set> sets, bool whole) {
  std::string out;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const auto& set = sets[i];
    const auto add = [&](std::size_t place, std::string_view raw) {
      dkim::add_header(Canon::relaxed, header.fields[place].name, raw, out);
    };
    add(set.results, header.fields[set.results].raw);
    add(set.message, header.fields[set.message].raw);
    const auto& seal = header.fields[set.seal].raw;
    if (whole || i + 1 != sets.size()) {
      add(set.seal, seal);
    } else {
      add(set.seal, dkim::without_signature(seal));
      out.resize(out.size() - 2);
    }
  }
  return out;
}

}  // namespace rampart::arc
