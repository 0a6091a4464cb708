// Any bytes as the reply to a question: the reading must end, stay in bounds, and never call a failure
// absence.
#include <cstdint>
#include <cstdlib>

#include "net/reply.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart;
  const std::string_view wire(reinterpret_cast<const char*>(data), size);
  // The seeds ask for this name; other questions in the bytes are read as replies to something else.
  const auto name = *dns::Name::try_parse("a.example");
  for (const auto type : {dns::RrType::txt, dns::RrType::mx, dns::RrType::cname, dns::RrType::soa}) {
    net::Chain chain;
    facts::AnswerBuilder builder(name, type);
    const auto reading = net::read_reply(wire, name, type, {.trust_ad = true}, chain, builder);
    if (chain.aliases.size() > facts::AnswerBuilder::kMaxAliases) std::abort();
    if (reading.kind == net::Reading::Kind::alias && chain.aliases.empty()) std::abort();
    if (reading.kind == net::Reading::Kind::present && builder.build()->absent()) std::abort();
  }
  return 0;
}
