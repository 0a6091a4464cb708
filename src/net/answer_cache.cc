#include "net/answer_cache.h"

#include <algorithm>
#include <utility>

namespace rampart::net {

facts::AnswerPtr AnswerCache::find(const dns::Name& name, dns::RrType type, Time now) {
  const Key key{name.wire(), type};
  if (const auto found = young_.find(key); found != young_.end()) {
    if (found->until > now) return found->answer;
    young_.erase(found);
    return nullptr;
  }
  const auto found = old_.find(key);
  if (found == old_.end()) return nullptr;
  Entry entry = *found;
  old_.erase(found);
  if (entry.until <= now) return nullptr;
  auto answer = entry.answer;
  put(std::move(entry));
  return answer;
}

void AnswerCache::add(const facts::AnswerPtr& answer, Time now) {
  const auto life = answer->unknown() ? kUnknownFor : std::max(kLeast, std::chrono::seconds(answer->ttl()));
  old_.erase(Key{answer->name_wire(), answer->type()});
  put({answer, now + life});
}

void AnswerCache::put(Entry entry) {
  if (young_.size() >= half_) {
    old_ = std::exchange(young_, {});
  }
  young_.erase(entry.key());
  young_.insert(std::move(entry));
}

}  // namespace rampart::net
