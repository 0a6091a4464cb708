#include "facts/facts.h"

#include <algorithm>

namespace rampart::facts {
namespace {

// Answers that stand for "not answered yet" where the question is not DNS.
const HttpAnswer& open_http() {
  static const HttpAnswer open{.presence = Presence::open};
  return open;
}
const SmtpAnswer& open_smtp() {
  static const SmtpAnswer open{.presence = Presence::open};
  return open;
}

}  // namespace

void Facts::note(Question question) {
  if (std::ranges::find(open_, question) == open_.end()) open_.push_back(std::move(question));
}

// A settled part, or one that this run made already. One of an earlier run that met an open question is gone.
Parts::Part* Facts::find_part(const void* type, unsigned index) {
  auto& parts = parts_->parts_;
  const auto found = std::ranges::find_if(
      parts, [&](const Parts::Part& part) { return part.type == type && part.index == index; });
  if (found == parts.end()) return nullptr;
  if (found->open == 0 || found->run == parts_->run_) return &*found;
  parts.erase(found);
  return nullptr;
}

void Facts::close(Why why, std::string_view detail) { closed_.emplace(why, detail); }

const Answer& Facts::ask_book(const dns::Name& name, dns::RrType type) {
  if (const Answer* answer = book_->find(name, type)) {
    if (used_ != nullptr) used_->add(AnswerPtr(answer));
    return *answer;
  }
  note(DnsQuestion{name, type});
  if (!closed_) return ++open_reads_, Answer::open_answer();
  auto unknown = Answer::make_unknown(name, type, closed_->first, closed_->second);
  parts_->held_.emplace_back(unknown);
  return *unknown;
}

const Answer& Facts::ask(const dns::Name& name, dns::RrType type) {
  if (overlay_ != nullptr && !inside_overlay_) {
    inside_overlay_ = true;  // the overlay's own questions go to the book
    auto answer = overlay_->answer(name, type, *this);
    inside_overlay_ = false;
    if (answer) {
      parts_->held_.emplace_back(answer);
      return *answer;
    }
  }
  return ask_book(name, type);
}

const HttpAnswer& Facts::ask(const HttpsGet& question) {
  if (const HttpAnswer* answer = book_->find(question)) {
    if (used_ != nullptr) used_->add(std::make_shared<const HttpAnswer>(*answer));
    return *answer;
  }
  note(question);
  if (!closed_) return ++open_reads_, open_http();
  auto unknown = std::get<HttpAnswerPtr>(unknown_fact(question, closed_->first, closed_->second));
  parts_->held_.emplace_back(unknown);
  return *unknown;
}

const SmtpAnswer& Facts::ask(const SmtpProbe& question) {
  if (const SmtpAnswer* answer = book_->find(question)) {
    if (used_ != nullptr) used_->add(std::make_shared<const SmtpAnswer>(*answer));
    return *answer;
  }
  note(question);
  if (!closed_) return ++open_reads_, open_smtp();
  auto unknown = std::get<SmtpAnswerPtr>(unknown_fact(question, closed_->first, closed_->second));
  parts_->held_.emplace_back(unknown);
  return *unknown;
}

}  // namespace rampart::facts
