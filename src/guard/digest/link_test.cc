#include "guard/digest/link.h"

#include <gtest/gtest.h>

#include "crypto/hmac.h"
#include "crypto/ids.h"

namespace rampart::guard {
namespace {

const base::Time kUntil{std::chrono::seconds(1'795'000'000)};
const std::string kId(crypto::kIdLength, 'a');

crypto::Secret key(std::string_view of = "key") { return crypto::derive_key(of, kLinkPurpose); }
std::string link(std::string recipient = "a@else.example", std::string id = kId, base::Time until = kUntil) {
  return format_link(
      {.id = std::move(id), .recipient = std::move(recipient), .until = until, .signature = {}}, key());
}
bool passes(std::string_view text) {
  const auto read = parse_link(text);
  return read && is_ours(*read, key());
}

TEST(DigestLink, SaysWhatItIsFor) {
  for (const std::string recipient :
       {"a@else.example", "ab@else.example", "abc@else.example", "\xff>?@\"x y\""}) {
    const auto text = link(recipient);
    const auto read = parse_link(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->id, kId);
    EXPECT_EQ(read->recipient, recipient);
    EXPECT_EQ(read->until, kUntil);
    EXPECT_TRUE(is_ours(*read, key()));
    EXPECT_FALSE(is_ours(*read, key("another")));
    EXPECT_FALSE(is_ours(*read, crypto::Secret()));
  }
}

// Whatever is changed of it, a byte or a part, it is no link or not ours.
TEST(DigestLink, IsNobodysOnceChanged) {
  const auto text = link();
  ASSERT_TRUE(passes(text));
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char c : {'0', '1', 'a', 'b', 'A', 'Q', '.', '-', '=', '%', '\0'}) {
      if (text[at] == c) continue;
      auto changed = text;
      changed[at] = c;
      EXPECT_FALSE(passes(changed)) << changed;
    }
    EXPECT_FALSE(passes(text.substr(0, at)));
    EXPECT_FALSE(passes(text.substr(at + 1)));
  }
  EXPECT_FALSE(passes(text + "0"));
  EXPECT_FALSE(passes(text + " "));
  const auto signature = text.substr(text.rfind('.'));
  const auto with = [&](std::string other) { return other.substr(0, other.rfind('.')) + signature; };
  EXPECT_TRUE(passes(with(link())));
  EXPECT_FALSE(passes(with(link("b@else.example")))) << "another recipient";
  EXPECT_FALSE(passes(with(link("a@else.example", std::string(crypto::kIdLength, 'b'))))) << "another entry";
  EXPECT_FALSE(passes(with(link("a@else.example", kId, kUntil + std::chrono::seconds(1)))))
      << "a longer life";
}

TEST(DigestLink, IsOfOneFormAndSize) {
  const std::string signature(64, '0');
  EXPECT_TRUE(parse_link(kId + ".1795000000.YUBi." + signature));
  for (const auto& text :
       {std::string(), kId, kId + ".1795000000.YUBi", kId + ".01795000000.YUBi." + signature,
        kId + ".0.YUBi." + signature, kId + ".-1.YUBi." + signature, kId + ".4294967296.YUBi." + signature,
        kId + ".1795000000.." + signature, kId + ".1795000000.YUB=." + signature,
        kId + ".1795000000.YR." + signature, kId + ".1795000000.Y." + signature,
        kId + ".1795000000.YU Bi." + signature, kId + ".1795000000.YUBi." + std::string(64, 'A'),
        kId + ".1795000000.YUBi." + signature + ".", "../" + kId + ".1795000000.YUBi." + signature})
    EXPECT_FALSE(parse_link(text)) << text;
  EXPECT_FALSE(parse_link(std::string(kMaxLink + 1, 'a')));
  const auto longest = link(std::string(kMaxLinkRecipient, 'x'));
  EXPECT_LE(longest.size(), kMaxLink);
  EXPECT_TRUE(passes(longest));
  EXPECT_EQ(link(std::string(kMaxLinkRecipient + 1, 'x')), "");
  EXPECT_EQ(link("", kId), "");
  EXPECT_EQ(link("a@else.example", "../x"), "");
}

}  // namespace
}  // namespace rampart::guard
