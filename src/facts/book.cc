#include "facts/book.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace rampart::facts {
namespace {

std::uint64_t key(std::uint64_t name_hash, dns::RrType type) {
  return name_hash ^ static_cast<std::uint64_t>(type) * 0x9e3779b97f4a7c15;
}

template <class Set, class Q>
auto find_in(const Set& set, const Q& question) -> decltype(set.begin()->get()) {
  const auto at = set.find(question);
  return at == set.end() ? nullptr : at->get();
}

template <class Set, class Ptr>
void put(Set& set, Ptr answer) {
  if (const auto at = set.find(answer); at != set.end()) set.erase(at);
  set.insert(std::move(answer));
}

}  // namespace

std::string to_text(const Question& question) {
  if (const auto* dns = std::get_if<DnsQuestion>(&question)) {
    return fmt::format("{} {}", dns::to_string(dns->type), dns->name.text());
  }
  if (const auto* https = std::get_if<HttpsGet>(&question)) {
    return fmt::format("GET https://{}{}", https->host.text(), https->path);
  }
  return fmt::format("SMTP {}:25", std::get<SmtpProbe>(question).host.text());
}

Fact unknown_fact(const Question& question, Why why, std::string_view detail, base::Time seen) {
  if (const auto* dns = std::get_if<DnsQuestion>(&question)) {
    return Answer::make_unknown(dns->name, dns->type, why, detail, {}, seen);
  }
  if (const auto* https = std::get_if<HttpsGet>(&question)) {
    HttpAnswer answer{.question = *https, .why = why, .detail = std::string(detail)};
    answer.seen = seen;
    return std::make_shared<const HttpAnswer>(std::move(answer));
  }
  SmtpAnswer answer{.question = std::get<SmtpProbe>(question), .why = why, .detail = std::string(detail)};
  answer.seen = seen;
  return std::make_shared<const SmtpAnswer>(std::move(answer));
}

Book::Slot* Book::slot_of(std::uint64_t hash, std::string_view name_wire, dns::RrType type) {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    Slot& slot = slots_[at];
    if (!slot.answer) return &slot;
    if (slot.hash == hash && slot.answer->type() == type && slot.answer->name_wire() == name_wire)
      return &slot;
  }
}

void Book::grow() {
  auto old = std::move(slots_);
  slots_.clear();
  slots_.resize(old.size() * 2);
  for (auto& slot : old) {
    if (!slot.answer) continue;
    Slot* place = slot_of(slot.hash, slot.answer->name_wire(), slot.answer->type());
    *place = std::move(slot);
  }
}

void Book::add(Fact fact) {
  if (auto* https = std::get_if<HttpAnswerPtr>(&fact)) return put(https_, std::move(*https));
  if (auto* smtp = std::get_if<SmtpAnswerPtr>(&fact)) return put(smtp_, std::move(*smtp));
  auto& answer = std::get<AnswerPtr>(fact);
  if ((answers_ + 1) * 2 > slots_.size()) grow();
  const auto hash = key(dns::hash_bytes(answer->name_wire()), answer->type());
  Slot* slot = slot_of(hash, answer->name_wire(), answer->type());
  if (!slot->answer) ++answers_;
  *slot = {hash, std::move(answer)};
}

void Book::merge(const Book& other) {
  for (auto& fact : other.sorted()) add(std::move(fact));
}

const Answer* Book::find(const dns::Name& name, dns::RrType type) const {
  return const_cast<Book*>(this)->slot_of(key(name.hash(), type), name.wire(), type)->answer.get();
}

const HttpAnswer* Book::find(const HttpsGet& question) const { return find_in(https_, question); }
const SmtpAnswer* Book::find(const SmtpProbe& question) const { return find_in(smtp_, question); }

std::vector<Fact> Book::sorted() const {
  std::vector<AnswerPtr> answers;
  for (const auto& slot : slots_) {
    if (slot.answer) answers.push_back(slot.answer);
  }
  std::ranges::sort(answers, {}, [](const AnswerPtr& a) { return std::tuple(a->name_wire(), a->type()); });
  std::vector<Fact> out(answers.begin(), answers.end());
  out.insert(out.end(), https_.begin(), https_.end());
  out.insert(out.end(), smtp_.begin(), smtp_.end());
  return out;
}

}  // namespace rampart::facts
