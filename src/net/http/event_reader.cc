#include "net/http/event_reader.h"

#include <algorithm>
#include <utility>

namespace rampart::net::http {
namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";

}  // namespace

std::optional<std::string_view> EventReader::next_line() {
  if (after_cr_ && at_ < bytes_.size()) {
    if (bytes_[at_] == '\n') ++at_;
    after_cr_ = false;
    searched_ = std::max(searched_, at_);
  }
  const auto end = bytes_.find_first_of("\r\n", std::max(searched_, at_));
  if (end == std::string::npos) {
    searched_ = bytes_.size();
    return std::nullopt;
  }
  auto line = std::string_view(bytes_).substr(at_, end - at_);
  after_cr_ = bytes_[end] == '\r';
  at_ = searched_ = end + 1;
  if (!std::exchange(begun_, true) && line.starts_with(kMark)) line.remove_prefix(kMark.size());
  return line;
}

void EventReader::take(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == 0) return;  // a comment
  const auto name = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "event") {
    event_.type = value;
  } else if (name == "data") {
    if (std::exchange(has_data_, true)) event_.data += '\n';
    event_.data += value;
  } else if (name == "id" && value.find('\0') == std::string_view::npos) {
    event_.id = value;
  }
}

std::optional<ServerEvent> EventReader::next() {
  while (const auto line = next_line()) {
    if (std::exchange(long_line_, false) || line->size() > kMaxEvent) {
      long_event_ = true;
      continue;
    }
    if (!line->empty()) {
      take(*line);
      if (event_.data.size() <= kMaxEvent) continue;
      event_.data.clear();
      long_event_ = true;
      continue;
    }
    auto out = std::exchange(event_, ServerEvent{.type = "message", .id = event_.id, .data = {}});
    const bool has_data = std::exchange(has_data_, false);
    if (std::exchange(long_event_, false))
      return ServerEvent{.type = std::string(kTooLong), .id = std::move(out.id), .data = {}};
    if (out.type.empty()) out.type = "message";
    if (has_data) return out;
  }
  bytes_.erase(0, at_);
  searched_ -= at_;
  at_ = 0;
  if (bytes_.size() > kMaxEvent) {
    long_line_ = true;
    bytes_.clear();
    searched_ = 0;
  }
  return std::nullopt;
}

}  // namespace rampart::net::http
