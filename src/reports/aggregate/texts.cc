#include "reports/aggregate/texts.h"

#include <algorithm>
#include <cstring>
#include <random>

namespace rampart::reports {
namespace {

std::uint64_t load(const char* at, std::size_t size) {
  std::uint64_t out = 0;
  if (size != 0) std::memcpy(&out, at, size);
  return out;
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

// Strangers choose the texts, so they must not know which of them collide.
std::uint64_t secret() {
  static const std::uint64_t kSecret = [] {
    std::random_device chance;
    return (static_cast<std::uint64_t>(chance()) << 32U | chance()) | 1U;
  }();
  return kSecret;
}

std::uint32_t hash_of(std::string_view text, std::uint64_t seed) {
  constexpr std::uint64_t kOne = 0x9e3779b97f4a7c15ULL;
  constexpr std::uint64_t kTwo = 0xe7037ed1a0b428dbULL;
  auto state = seed ^ text.size() * kOne;
  const auto* at = text.data();
  auto left = text.size();
  for (; left > 16; left -= 16, at += 16) state = mix(load(at, 8) ^ seed, load(at + 8, 8) ^ state);
  const auto low = load(at, std::min<std::size_t>(left, 8));
  const auto high = left > 8 ? load(at + 8, left - 8) : 0;
  state = mix(low ^ kTwo ^ seed, high ^ state);
  return static_cast<std::uint32_t>(mix(state, seed ^ kTwo) >> 32U);
}

}  // namespace

Texts::Texts() : slots_(1024) {}

std::string_view Texts::keep(std::string_view text) {
  bytes_ += text.size();
  if (text.size() > kBlock / 4)
    return blocks_.emplace_front(text);  // a block of its own, behind which no other is filled
  if (blocks_.empty() || blocks_.back().capacity() - blocks_.back().size() < text.size())
    blocks_.emplace_back().reserve(kBlock);
  auto& block = blocks_.back();
  const auto begin = block.size();
  block += text;
  return std::string_view(block).substr(begin);
}

void Texts::grow() {
  std::vector<Slot> larger(slots_.size() * 2);
  const auto mask = larger.size() - 1;
  for (const auto& slot : slots_) {
    if (slot.id == kNone) continue;
    auto at = slot.hash & mask;
    while (larger[at].id != kNone) at = (at + 1) & mask;
    larger[at] = slot;
  }
  slots_ = std::move(larger);
}

TextId Texts::add(std::string_view text) {
  const auto hash = hash_of(text, secret());
  const auto mask = slots_.size() - 1;
  auto at = hash & mask;
  for (; slots_[at].id != kNone; at = (at + 1) & mask) {
    if (slots_[at].hash == hash && texts_[slots_[at].id] == text) return slots_[at].id;
  }
  const auto id = static_cast<TextId>(texts_.size());
  texts_.push_back(keep(text));
  slots_[at] = {hash, id};
  if (texts_.size() * 2 > slots_.size()) grow();
  return id;
}

void Texts::clear() {
  slots_.assign(1024, {});
  texts_.clear();
  blocks_.clear();
  bytes_ = 0;
}

}  // namespace rampart::reports
