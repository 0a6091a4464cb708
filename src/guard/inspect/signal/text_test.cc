#include "guard/inspect/signal/text.h"

#include <gtest/gtest.h>

namespace rampart::guard::signal {
namespace {

TEST(SignalText, TellsWhatNobodyCouldSay) {
  for (const auto* random : {"x7k2qv9p4", "bcdfghjklm", "a1b2c3d4", "3a9f193c0b7e", "hxkvzmprtw", "jmtwspzy"})
    EXPECT_TRUE(is_random(random)) << random;
  for (const auto* said :
       {"northgate", "newsletter", "support", "sana.malik", "bank24", "xn--bcher-kva", "a7", "notifications"})
    EXPECT_FALSE(is_random(said)) << said;
  // Five consonants in a row are no rarity where words and initials are written together.
  for (const auto* compound : {"freshphotos", "testscripts", "lengthsfinder", "nightsprint", "herbstschmuck",
                               "directgrpms", "nbtglobal"})
    EXPECT_FALSE(is_random(compound)) << compound;
  EXPECT_TRUE(is_mixed_case("zLvuYFa"));
  EXPECT_FALSE(is_mixed_case("SanaMalik"));
}

TEST(SignalText, KnowsWhatAsksForAClick) {
  EXPECT_TRUE(asks_for_action("VERIFY now"));
  EXPECT_TRUE(asks_for_action("یہاں کلک کریں"));
  EXPECT_FALSE(asks_for_action("Chapter four"));
  EXPECT_FALSE(asks_for_action("Click here to unsubscribe"));
  EXPECT_TRUE(is_small_print("Privacy policy"));
}

TEST(SignalText, FindsAddresses) {
  const auto found = addresses_in("Write to <A.b@Evil.example>, a.b@evil.example. or x@local; not @ or me@");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0], "a.b@evil.example");
  EXPECT_EQ(found[1], "x@local");
}

TEST(SignalText, FindsLargeSums) {
  EXPECT_EQ(large_sum("the sum of USD 10,500,000.00 is yours"), "10,500,000.00");
  EXPECT_EQ(large_sum("about 4.5 million dollars"), "4.5");
  EXPECT_EQ(large_sum("€2.500.000 for you"), "2.500.000");
  EXPECT_EQ(large_sum("order 696536736, total $ 24.90"), "");
  EXPECT_EQ(large_sum("1,240.00 EUR"), "");
  EXPECT_EQ(large_sum("3 million readers"), "");
}

TEST(SignalText, FindsAccountsOfCoins) {
  EXPECT_EQ(coin_address("pay to 1BoatSLRHtKNngkdXEeobR76b53LETtpyT now"),
            "1BoatSLRHtKNngkdXEeobR76b53LETtpyT");
  EXPECT_EQ(coin_address("1BoatSLRHtKNngkdXEeobR76b53LETtpyU"), "") << "its check sum is wrong";
  EXPECT_EQ(coin_address("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4");
  EXPECT_EQ(coin_address("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"), "");
  for (std::size_t before = 0; before < 60; ++before)
    EXPECT_EQ(coin_address(std::string(before, 'x') + ":1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),
              "1BoatSLRHtKNngkdXEeobR76b53LETtpyT")
        << before;
  EXPECT_EQ(coin_address("x1BoatSLRHtKNngkdXEeobR76b53LETtpyT"), "");
  EXPECT_EQ(coin_address("1BoatSLRHtKNngkdXEeobR76b53LETtpyTx"), "");
}

TEST(SignalText, FindsTelephoneNumbers) {
  EXPECT_EQ(phone_number("call +1 (833) 555-0199 today"), "+1 (833) 555-0199");
  EXPECT_EQ(phone_number("order 12345678901"), "");
  EXPECT_EQ(phone_number("at 10:30 on 2026-11-28"), "");
}

TEST(SignalText, TellsAGreetingByTheAddressFromOneByName) {
  EXPECT_EQ(greets_by("Dear sana.malik@ministry.example,\nyour mailbox", "sana.malik@ministry.example"), 1);
  EXPECT_EQ(greets_by("sana.malik@ministry.example, your mailbox", "sana.malik@ministry.example"), 1);
  EXPECT_GT(greets_by("Hello sana81, your mailbox", "sana81@ministry.example"), 0.8);
  EXPECT_EQ(greets_by("Dear Sana,", "sana@ministry.example"), 0);
  EXPECT_EQ(greets_by("On Monday <sana@ministry.example> wrote:", "sana@ministry.example"), 0);
  EXPECT_EQ(greets_by("<sana@ministry.example>: user unknown", "sana@ministry.example"), 0);
}

TEST(SignalText, TellsASentenceAboutAnAddressFromOneToIt) {
  EXPECT_GT(greets_by("Your money is waiting, sana@ministry.example!", "sana@ministry.example"), 0.5);
  EXPECT_EQ(greets_by("This was sent to sana@ministry.example, who asked for it", "sana@ministry.example"),
            0);
}

TEST(SignalText, ComparesANameWithAnAddress) {
  EXPECT_TRUE(is_named_in("Northgate Foods", "news@northgate.example"));
  EXPECT_TRUE(is_named_in("Sana Malik", "s.malik@ministry.example"));
  EXPECT_TRUE(is_named_in("North Gate Foods", "info@ngf.example"));
  EXPECT_TRUE(is_named_in("سنا ملک", "x@ministry.example")) << "nothing can be compared";
  EXPECT_TRUE(is_named_in("Support Team", "x@ministry.example"));
  EXPECT_FALSE(is_named_in("Harbourline Rewards", "info@quarryhill.example"));
}

TEST(SignalText, CountsLettersThatStandAlone) {
  EXPECT_EQ(spaced_letters("now K e t o P o w e r works"), 9U);
  EXPECT_EQ(spaced_letters("a b and c"), 0U);
}

TEST(SignalText, FindsTheAddressThatALinkCarries) {
  const std::string_view address = "sana.malik@ministry.example";
  EXPECT_EQ(carries("https://evil.example/#sana.malik@ministry.example", address), 1);
  EXPECT_EQ(carries("https://evil.example/#c2FuYS5tYWxpa0BtaW5pc3RyeS5leGFtcGxl", address), 1);
  EXPECT_GT(carries("https://evil.example/?e=Sana.Malik%40ministry.example", address), 0);
  EXPECT_EQ(carries("https://evil.example/?e=other@ministry.example", address), 0);
}

}  // namespace
}  // namespace rampart::guard::signal
