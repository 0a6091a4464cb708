// Any bytes as a message: its ARC sets are read, validated without a key in the world, and sealed; a sealed chain that was
// none is whole.
#include <cstdint>
#include <cstdlib>

#include "auth/arc/seal.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart;
  static const auto kKey = *crypto::SignKey::make(crypto::SignKey::Type::ed25519);
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto message = mail::Message::parse(bytes);
  if (!message) return 0;
  const mail::FieldIndex index(message->header);
  dkim::KeyCache keys;
  dkim::SignatureCheck check(*message, index, keys);
  arc::Validator validator(check);
  facts::Book book;
  facts::Facts facts(book);
  auto validated = validator.run(facts, base::Time(std::chrono::seconds(1'795'000'000)));
  if (validated.chain.fault.empty() && validated.chain.sets.size() != validated.chain.highest) std::abort();
  if (validated.chain.sets.size() > dkim::kMaxInstance || validated.result == arc::Result::pass) std::abort();
  arc::SealOptions options;
  options.domain = *dns::Name::parse("gate.example");
  options.selector = "s";
  const auto fields = arc::seal(*message, index, kKey, validated.result, "gate.example; none", options);
  if (!fields || fields->empty()) return 0;
  const auto text = *fields + std::string(bytes.starts_with("From ") ? "" : bytes);
  const auto again = mail::Message::parse(text);
  if (!again) return 0;  // the header has come to its limit
  const mail::FieldIndex places(again->header);
  const auto chain = arc::read_chain(again->header, places);
  if (chain.highest != validated.chain.highest + 1 && validated.chain.absent()) std::abort();
  return 0;
}
