#include "dns/transfer.h"

#include <fmt/format.h>

#include "dns/wire.h"

namespace rampart::dns {

std::string build_transfer_query(std::uint16_t id, const Name& zone) {
  return build_query(id, zone, static_cast<RrType>(kAxfr),
                     {.recurse = false, .edns = false, .ask_ad = false});
}

TransferReader::State TransferReader::end(State state, std::string why) {
  why_ = std::move(why);
  return state_ = state;
}

TransferReader::State TransferReader::feed(std::string_view wire, const Sink& sink) {
  if (state_ != State::more) return state_;
  bytes_ += wire.size();
  if (bytes_ > limits_.max_bytes) {
    return end(State::too_large, fmt::format("more than {} MiB", limits_.max_bytes >> 20));
  }
  const auto message = Message::parse(wire);
  if (!message) return end(State::broken, "a message that cannot be read");
  if (message->id() != id_ || !message->is_response() || message->opcode() != 0 || message->truncated())
    return end(State::broken, "a message that is no answer to the transfer");
  if (message->rcode() != rcode::kNoError) return end(State::refused, rcode_text(message->rcode()));
  const bool first = records_ == 0;
  // The first message repeats the question, later ones may leave it out (RFC 5936 section 2.2.2).
  if (first && !message->answers(zone_, static_cast<RrType>(kAxfr)))
    return end(State::broken, "an answer to another question");
  bool any = false;
  RecordData data;
  for (const auto& record : message->records()) {
    if (record.section != Section::answer) continue;
    any = true;
    const auto owner = message->owner(record);
    if (!owner || record.rr_class != kClassInternet)
      return end(State::broken, "a record that cannot be read");
    const bool is_soa = record.type == static_cast<std::uint16_t>(RrType::soa) && *owner == zone_;
    if (is_soa) {
      const auto soa = read_data(*message, record, RrType::soa, data) ? parse_soa(data.data) : std::nullopt;
      if (!soa) return end(State::broken, "an SOA that cannot be read");
      if (records_ != 0) {
        if (soa->serial != serial_) return end(State::broken, "the zone changed during the transfer");
        return end(State::done, {});
      }
      serial_ = soa->serial;
    } else if (records_ == 0) {
      return end(State::broken, "it does not begin with the zone's SOA");
    }
    if (++records_ > limits_.max_records)
      return end(State::too_large, fmt::format("more than {} records", limits_.max_records));
    if (owner->is_within(zone_)) sink({*owner, record.type});
  }
  if (first && !any) return end(State::refused, "an empty answer");
  return State::more;
}

}  // namespace rampart::dns
