// What a message says, in so far as words can be told: weak evidence, as honest mail says each of it, too.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "guard/inspect/signal/collector.h"
#include "guard/inspect/signal/text.h"

namespace rampart::guard::signal {
namespace {

struct OfWords {
  words::Kind kind;
  Code code;
};
constexpr auto kOfWords = std::to_array<OfWords>({
    {words::Kind::payment_change, Code::words_payment_change},
    {words::Kind::gift_card, Code::words_gift_card},
    {words::Kind::credentials, Code::words_credentials},
    {words::Kind::urgency, Code::words_urgency},
    {words::Kind::account_threat, Code::words_account_threat},
    {words::Kind::secrecy, Code::words_secrecy},
    {words::Kind::favor, Code::words_favor},
    {words::Kind::parcel_fee, Code::words_parcel_fee},
    {words::Kind::invoice, Code::words_invoice},
    {words::Kind::extortion, Code::words_extortion},
    {words::Kind::prize, Code::words_prize},
    {words::Kind::document, Code::words_document},
    {words::Kind::greeting, Code::words_greeting},
});
static_assert(kOfWords.size() <= words::kKinds);

}  // namespace

void find_word_signals(const View& view, Collector& out) {
  for (const auto& one : kOfWords)
    if (const auto* found = view.found(one.kind))
      out.add(one.code, view.says(one.kind), found->phrase, view.message_part);
  if (const auto coin = coin_address(view.text); !coin.empty())
    out.add(Code::coin_address, 1, coin, view.message_part);
  if (const auto sum = large_sum(view.text); !sum.empty())
    out.add(Code::large_sum, 1, sum, view.message_part);
  for (const auto& address : view.recipients)
    if (const auto how = greets_by(view.text, address); how > 0)
      out.add(Code::greeting_by_address, how, address, view.message_part);
}

}  // namespace rampart::guard::signal
