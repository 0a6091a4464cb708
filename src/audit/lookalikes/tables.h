// What the generator knows: keys, shapes, suffixes, words. Tables and nothing else; all are our own choice.
#pragma once

#include <array>
#include <string_view>
#include <utility>

namespace rampart::audit::lookalikes {

using Pair = std::pair<std::string_view, std::string_view>;

// ASCII that looks like other ASCII, in most typefaces of mail programs; both ways.
inline constexpr std::array kShapes = std::to_array<Pair>({
    {"m", "rn"}, {"m", "nn"}, {"w", "vv"}, {"d", "cl"}, {"k", "lc"}, {"h", "li"}, {"b", "lo"}, {"n", "ri"},
    {"u", "ii"}, {"o", "0"},  {"l", "1"},  {"i", "1"},  {"i", "l"},  {"i", "j"},  {"g", "q"},  {"g", "9"},
    {"q", "9"},  {"s", "5"},  {"z", "2"},  {"b", "6"},  {"b", "8"},  {"e", "3"},  {"a", "4"},  {"t", "7"},
    {"u", "v"},  {"v", "y"},  {"c", "e"},  {"c", "o"},  {"n", "h"},  {"f", "t"},
});

// The rows of a keyboard (QWERTY), each key's neighbours among them by place.
inline constexpr std::array<std::string_view, 4> kKeyRows{"1234567890-", "qwertyuiop", "asdfghjkl",
                                                          "zxcvbnm"};

// Suffixes under which look-alikes are registered for any domain: the commonest of abuse reports, and those of the
// region.
inline constexpr std::array kSuffixes = std::to_array<std::string_view>({
    "com",     "net",     "org",       "info",    "biz",   "co",     "io",      "me",       "app",
    "dev",     "online",  "site",      "website", "space", "xyz",    "top",     "club",     "live",
    "life",    "shop",    "store",     "cloud",   "tech",  "email",  "support", "services", "agency",
    "network", "digital", "solutions", "center",  "world", "today",  "link",    "click",    "help",
    "icu",     "vip",     "work",      "pro",     "mobi",  "name",   "asia",    "eu",       "us",
    "uk",      "co.uk",   "in",        "co.in",   "cc",    "tv",     "ws",      "cm",       "om",
    "ru",      "cn",      "su",        "tk",      "ml",    "ga",     "cf",      "gq",       "pk",
    "com.pk",  "net.pk",  "org.pk",    "ae",      "sa",    "com.sa", "af",      "ir",       "bd",
    "com.bd",  "lk",      "bank",      "finance", "gov",   "int",    "de",      "fr",
});

// Second labels below a country's domain; only those that are public suffixes there count.
inline constexpr std::array kSecondLabels = std::to_array<std::string_view>({
    "com", "net", "org", "edu", "gov",  "gob", "gouv", "govt", "go",  "co",
    "ac",  "or",  "ne",  "web", "info", "biz", "mil",  "fam",  "gok", "gon",
    "gop", "gos", "id",  "sch", "res",  "nic", "plc",  "ltd",  "me",
});

// Words that are put before or behind a name to look official. Some are Urdu as it is written in Latin letters:
// daftar (office), khidmat (service), madad (help), rabta (contact), sarkari (of the government).
inline constexpr std::array kWords = std::to_array<std::string_view>({
    "login",    "mail",    "webmail",  "secure",   "security",  "portal",  "verify", "account",
    "accounts", "support", "help",     "helpdesk", "online",    "my",      "pay",    "payment",
    "payments", "service", "services", "update",   "id",        "auth",    "sso",    "signin",
    "office",   "admin",   "alert",    "info",     "official",  "gov",     "govt",   "hr",
    "jobs",     "careers", "tax",      "refund",   "invoice",   "billing", "bank",   "card",
    "app",      "web",     "email",    "smtp",     "owa",       "vpn",     "cloud",  "docs",
    "files",    "share",   "news",     "press",    "complaint", "form",    "apply",  "e",
    "the",      "www",     "pk",       "daftar",   "khidmat",   "madad",   "rabta",  "sarkari",
});

}  // namespace rampart::audit::lookalikes
