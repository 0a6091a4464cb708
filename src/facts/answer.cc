#include "facts/answer.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <tuple>

namespace rampart::facts {
namespace {

struct WhyText {
  Why why;
  std::string_view name;
  std::string_view words;
};

constexpr WhyText kWhys[] = {
    {Why::none, "none", ""},
    {Why::servfail, "servfail", "the resolver answered SERVFAIL"},
    {Why::refused, "refused", "the server refused to answer"},
    {Why::rcode, "rcode", "the server answered with an error code"},
    {Why::timeout, "timeout", "no reply came in time"},
    {Why::network, "network", "the network could not be reached"},
    {Why::truncated, "truncated", "the reply was cut off and TCP did not bring the rest"},
    {Why::cname_loop, "cname_loop", "the CNAME chain loops or is too long"},
    {Why::malformed, "malformed", "the reply could not be parsed"},
    {Why::resolver, "resolver", "the resolver cannot be trusted with this question"},
    {Why::outside, "outside", "it lies outside the given zones or the recorded facts"},
    {Why::forbidden, "forbidden", "the address is not a public one"},
    {Why::not_asked, "not_asked", "it was not asked"},
    {Why::budget, "budget", "the questions or the time allowed for one domain were used up"},
};

}  // namespace

std::string_view to_string(Presence presence) {
  switch (presence) {
    case Presence::present:
      return "present";
    case Presence::no_name:
      return "no_name";
    case Presence::no_data:
      return "no_data";
    case Presence::unknown:
      return "unknown";
    case Presence::open:
      return "open";
  }
  return "?";
}

std::string_view to_string(Why why) { return kWhys[static_cast<std::size_t>(why)].name; }
std::string_view describe(Why why) { return kWhys[static_cast<std::size_t>(why)].words; }

void intrusive_ptr_release(const Answer* answer) {
  if (answer->references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  answer->~Answer();
  ::operator delete(const_cast<Answer*>(answer));
}

const char* Answer::bytes() const { return reinterpret_cast<const char*>(records().data() + record_count_); }

std::span<const Record> Answer::records() const {
  static_assert(sizeof(Answer) % alignof(Record) == 0);
  return {reinterpret_cast<const Record*>(this + 1), record_count_};
}

std::vector<dns::Name> Answer::aliases() const {
  std::vector<dns::Name> out;
  std::string_view rest(bytes() + aliases_offset_, aliases_length_);
  while (!rest.empty()) {  // each is its length, then its wire bytes
    const auto length = static_cast<std::uint8_t>(rest[0]);
    out.push_back(*dns::Name::from_wire(rest.substr(1, length)));
    rest.remove_prefix(1U + length);
  }
  return out;
}

const Answer& Answer::open_answer() {
  static const AnswerPtr open = AnswerBuilder({}, dns::RrType::txt).set_presence(Presence::open).build();
  return *open;
}

AnswerPtr Answer::make_unknown(const dns::Name& name, dns::RrType type, Why why, std::string_view detail,
                               std::string_view server, base::Time seen) {
  return AnswerBuilder(name, type).set_unknown(why, detail).set_server(server).set_seen(seen).build();
}

AnswerBuilder& AnswerBuilder::set_unknown(Why why, std::string_view detail) {
  presence_ = Presence::unknown;
  why_ = why;
  detail_ = detail;
  return *this;
}

AnswerBuilder& AnswerBuilder::add_alias(const dns::Name& target) {
  if (++alias_count_ > kMaxAliases) return set_unknown(Why::cname_loop, "more than 16 CNAMEs in a row");
  aliases_ += static_cast<char>(target.wire().size());
  aliases_ += target.wire();
  return *this;
}

AnswerBuilder& AnswerBuilder::add_record(std::string_view data, std::uint32_t ttl, std::uint16_t preference,
                                         std::uint16_t strings) {
  if (presence_ == Presence::unknown) return *this;
  if (records_.size() >= kMaxRecords || data_.size() + data.size() > kMaxDataBytes) {
    return set_unknown(Why::malformed, "more records than a reply can hold");
  }
  presence_ = Presence::present;
  Record record{.preference = preference,
                .strings = strings,
                .ttl = ttl,
                .offset = static_cast<std::uint32_t>(data_.size()),
                .length = static_cast<std::uint32_t>(data.size())};
  data_ += data;
  records_.push_back({record});
  return *this;
}

AnswerPtr AnswerBuilder::build() {
  if (presence_ != Presence::present) records_.clear();
  if (presence_ == Presence::unknown) ad_ = false;
  const auto key = [this](const Pending& pending) {
    return std::tuple(pending.record.preference, pending.data(data_), pending.record.strings);
  };
  std::ranges::sort(records_, {}, key);
  const auto repeated = std::ranges::unique(records_, {}, key);
  records_.erase(repeated.begin(), repeated.end());
  server_.resize(std::min<std::size_t>(server_.size(), 255));
  detail_.resize(std::min<std::size_t>(detail_.size(), 1024));

  std::size_t data_size = 0;
  for (const auto& pending : records_) data_size += pending.record.length;
  const std::size_t text_size = name_.wire().size() + server_.size() + detail_.size() + aliases_.size();
  void* memory = ::operator new(sizeof(Answer) + records_.size() * sizeof(Record) + text_size + data_size);
  auto* answer = new (memory) Answer;
  answer->type_ = type_;
  answer->presence_ = presence_;
  answer->why_ = why_;
  answer->seen_ = seen_;
  answer->ttl_ = ttl_;
  answer->ad_ = ad_;
  answer->record_count_ = static_cast<std::uint16_t>(records_.size());
  answer->name_length_ = static_cast<std::uint8_t>(name_.wire().size());
  answer->server_length_ = static_cast<std::uint8_t>(server_.size());
  answer->detail_length_ = static_cast<std::uint16_t>(detail_.size());
  answer->aliases_offset_ = static_cast<std::uint32_t>(text_size - aliases_.size());
  answer->aliases_length_ = static_cast<std::uint16_t>(aliases_.size());

  auto* record = reinterpret_cast<Record*>(answer + 1);
  char* bytes = reinterpret_cast<char*>(record + records_.size());
  std::size_t at = 0;
  const auto put = [&](std::string_view text) {
    if (!text.empty()) std::memcpy(bytes + at, text.data(), text.size());
    at += text.size();
  };
  put(name_.wire());
  put(server_);
  put(detail_);
  put(aliases_);
  for (const auto& pending : records_) {
    new (record) Record(pending.record);
    record->offset = static_cast<std::uint32_t>(at);
    put(pending.data(data_));
    ++record;
  }
  return AnswerPtr(answer);
}

}  // namespace rampart::facts
