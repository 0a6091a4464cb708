#include "facts/facts.h"

#include <algorithm>

namespace rampart::facts {
namespace {

constexpr std::size_t kUsualQuestions = 32;  // of one round: room for them at once

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
  if (std::ranges::find(open_, question) != open_.end()) return;
  if (open_.empty()) open_.reserve(kUsualQuestions);
  open_.push_back(std::move(question));
}

// A settled part, or one that this run made already.
const Parts::Part* Facts::find_part(const void* type, unsigned index) const {
  for (const auto& part : parts_->parts_) {
    if (part.type == type && part.index == index)
      return part.open == 0 || part.run == parts_->run_ ? &part : nullptr;
  }
  return nullptr;
}

// In the place of one that an earlier run made and that met an open question.
void Facts::keep_part(Parts::Part part) {
  for (auto& old : parts_->parts_) {
    if (old.type == part.type && old.index == part.index) {
      old = std::move(part);
      return;
    }
  }
  parts_->parts_.push_back(std::move(part));
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
