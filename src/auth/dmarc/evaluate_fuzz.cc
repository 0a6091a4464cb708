// DMARC over books made from the input. A message passes only with an identifier that was authenticated and
// is aligned; and a verdict that was reached although something is unknown holds whatever the unknown turns
// out to be: so nothing ever fails, or passes, because of an answer that was missing.
#include <cstdint>
#include <cstdlib>
#include <map>

#include "auth/dmarc/evaluate.h"

namespace {

using namespace rampart;

void require(bool promise) {
  if (!promise) std::abort();
}

// The input, byte by byte; zeros behind its end.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  unsigned next(unsigned below) { return (at_ < size_ ? data_[at_++] : 0U) % below; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

constexpr std::string_view kRecords[] = {
    "v=DMARC1; p=reject",
    "v=DMARC1; p=none; sp=reject; np=quarantine",
    "v=DMARC1; p=quarantine; np=none; t=y",
    "v=DMARC1; p=reject; psd=y; np=reject",
    "v=DMARC1; p=reject; psd=n; sp=none",
    "v=DMARC1; p=none; adkim=s; aspf=s",
    "v=DMARC1; p=reject; sp=bogus",
    "v=DMARC1; rua=mailto:a@a.com",
    "not a record",
};
constexpr std::string_view kLabels[] = {"a", "b", "c.d.e", "f"};
constexpr std::string_view kTops[] = {"com", "x.com", "co.uk", "x.co.uk", "y.x.com"};

dns::Name make_name(Bytes& bytes) {
  auto name = *dns::Name::try_parse(kTops[bytes.next(std::size(kTops))]);
  for (auto labels = bytes.next(4); labels > 0; --labels)
    name = *name.prepend(kLabels[bytes.next(std::size(kLabels))]);
  return name;
}

dmarc::Identity make_identity(Bytes& bytes) {
  const auto name = make_name(bytes);
  return {name, static_cast<dmarc::Check>(bytes.next(3))};
}

// What every name answers, drawn when it is first asked for; `completed` replaces what is unknown.
class World {
 public:
  World(Bytes& bytes, bool completed, std::map<std::string, unsigned>& drawn)
      : bytes_(bytes), completed_(completed), drawn_(drawn) {}

  facts::AnswerPtr answer(const dns::Name& name) {
    const bool record_name = name.label(0) == "_dmarc";
    const auto [entry, fresh] = drawn_.try_emplace(name.text(), 0);
    if (fresh) entry->second = bytes_.next(256);
    auto drawn = entry->second;
    const bool unknown = drawn % 4 == 3;
    drawn /= 4;
    if (unknown && !completed_)
      return facts::Answer::make_unknown(name, dns::RrType::txt, facts::Why::servfail);
    facts::AnswerBuilder builder(name, dns::RrType::txt);
    if (drawn % 3 == 0) return builder.set_presence(facts::Presence::no_name).build();
    if (!record_name) return builder.set_presence(facts::Presence::no_data).build();
    builder.add_record(kRecords[drawn % std::size(kRecords)], 60);
    if (drawn % 7 == 0) builder.add_record(kRecords[(drawn + 1) % std::size(kRecords)], 60);
    return builder.build();
  }

 private:
  Bytes& bytes_;
  bool completed_;
  std::map<std::string, unsigned>& drawn_;
};

template <class F>
auto decide_in(World world, F function) {
  facts::Book book;
  for (int rounds = 0;; ++rounds) {
    require(rounds < 8);
    auto step = facts::decide(function, book);
    if (step.index() == 0) return std::get<0>(std::move(step));
    for (const auto& question : std::get<1>(step))
      book.add(world.answer(std::get<facts::DnsQuestion>(question).name));
  }
}

template <class V>
void check(const V& verdict) {
  bool aligned = false;
  for (const auto& alignment : verdict.alignments) aligned = aligned || alignment.passes();
  require(verdict.result != dmarc::Result::pass || aligned);
  require(verdict.result != dmarc::Result::pass || verdict.discovery.record != nullptr);
  require(verdict.result == dmarc::Result::fail || verdict.policy() == dmarc::Policy::none);
  require(!verdict.why.empty());
}

template <class F>
void compare(Bytes& bytes, F function) {
  std::map<std::string, unsigned> drawn;
  const auto partial = decide_in(World(bytes, false, drawn), function);
  check(partial);
  const auto whole = decide_in(World(bytes, true, drawn), function);
  check(whole);
  require(whole.result != dmarc::Result::temperror || partial.result == dmarc::Result::temperror);
  if (partial.result == dmarc::Result::temperror) return;
  require(partial.result == whole.result && partial.policy() == whole.policy());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  dmarc::Input input{.author = make_name(bytes)};
  if (bytes.next(2) == 1) input.spf = make_identity(bytes);
  for (auto count = bytes.next(4); count > 0; --count) input.dkim.push_back(make_identity(bytes));
  compare(bytes, [&](facts::Facts& facts) { return dmarc::evaluate(input, facts); });
  compare(bytes, [&](facts::Facts& facts) { return dmarc::evaluate_7489(input, facts); });
  return 0;
}
