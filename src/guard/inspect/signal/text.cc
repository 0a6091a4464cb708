#include "guard/inspect/signal/text.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "crypto/digest.h"
#include "guard/inspect/signal/letter_pairs.h"
#include "mail/domain_part.h"

namespace rampart::guard::signal {
namespace {

using base::is_alnum;
using base::is_alpha;
using base::is_digit;
using base::to_lower;

// What a button of organisations says, in small letters.
constexpr auto kActions = std::to_array<std::string_view>({
    // English
    "click",
    "here",
    "sign",
    "signin",
    "log",
    "login",
    "verify",
    "verification",
    "confirm",
    "update",
    "review",
    "view",
    "open",
    "download",
    "access",
    "activate",
    "restore",
    "unlock",
    "keep",
    "continue",
    "claim",
    "track",
    "pay",
    "release",
    "validate",
    "accept",
    "start",
    "renew",
    "upgrade",
    "secure",
    "resolve",
    "recover",
    "retrieve",
    "read",
    "listen",
    "play",
    "check",
    "reset",
    "get",
    "proceed",
    "submit",
    "redeem",
    "withdraw",
    "connect",
    "authorize",
    "cancel",
    "manage",
    "complete",
    "reactivate",
    "schedule",
    "reschedule",
    "document",
    "invoice",
    "statement",
    "message",
    "messages",
    // Spanish, Portuguese
    "clic",
    "haga",
    "aquí",
    "aqui",
    "acceder",
    "iniciar",
    "ingresar",
    "verificar",
    "confirmar",
    "actualizar",
    "atualizar",
    "descargar",
    "baixar",
    "pagar",
    "continuar",
    "clique",
    "acessar",
    "entrar",
    "regularizar",
    "desbloquear",
    "resgatar",
    "activar",
    "ativar",
    "ver",
    "rastrear",
    "consultar",
    // French
    "cliquez",
    "ici",
    "accéder",
    "connexion",
    "connecter",
    "vérifier",
    "confirmer",
    "consulter",
    "télécharger",
    "payer",
    "mettre",
    "débloquer",
    "suivre",
    "valider",
    // German, Italian, Dutch
    "klicken",
    "hier",
    "anmelden",
    "einloggen",
    "bestätigen",
    "aktualisieren",
    "ansehen",
    "herunterladen",
    "bezahlen",
    "freigeben",
    "verifizieren",
    "jetzt",
    "clicca",
    "qui",
    "accedi",
    "verifica",
    "conferma",
    "scarica",
    "klik",
    "inloggen",
    // Urdu
    "کلک",
    "یہاں",
    "تصدیق",
    "کھولیں",
    "لاگ",
    "دیکھیں",
    "ادا",
    "حاصل",
    "دبائیں",
});

constexpr auto kSmallPrint = std::to_array<std::string_view>({
    "unsubscribe", "unsubscribed",    "opt-out",       "optout",      "preferences", "privacy",
    "terms",       "abmelden",        "abbestellen",   "datenschutz", "impressum",   "désabonner",
    "désinscrire", "confidentialité", "desuscribirse", "suscripción", "privacidad",  "descadastrar",
    "privacidade", "disiscriviti",    "browser",
});

// Suffixes that are sold for next to nothing, or were given away, and that lists of abuse have led for years.
constexpr auto kAbusedSuffixes = std::to_array<std::string_view>(
    {"top",     "xyz",    "icu",   "click",   "cfd",    "sbs",      "buzz",   "rest",   "bond",   "cyou",
     "monster", "quest",  "fit",   "gq",      "ml",     "cf",       "ga",     "tk",     "work",   "live",
     "shop",    "online", "site",  "website", "space",  "fun",      "club",   "vip",    "life",   "pw",
     "lol",     "beauty", "hair",  "autos",   "boats",  "skin",     "mom",    "makeup", "yachts", "best",
     "win",     "bid",    "loan",  "date",    "stream", "download", "racing", "review", "trade",  "zip",
     "mov",     "link",   "world", "today",   "support"});

// What anybody may call himself, whoever he is.
constexpr auto kAnyonesNames = std::to_array<std::string_view>(
    {"the",           "team",     "support", "service", "services", "info", "mail",     "news",
     "newsletter",    "from",     "via",     "and",     "for",      "your", "admin",    "notification",
     "notifications", "customer", "care",    "online",  "help",     "desk", "helpdesk", "office",
     "account",       "accounts", "mrs",     "com",     "net",      "org",  "www"});

// Before an address in a sentence that tells of it, and does not speak to whose it is.
constexpr auto kTellsOf = std::to_array<std::string_view>(
    {"to",   "for",    "from", "by",     "of",  "is",   "at",    "with", "as",       "address", "email",
     "mail", "e-mail", "an",   "von",    "für", "bei",  "a",     "para", "por",      "de",      "à",
     "pour", "cc",     "bcc",  "mailto", "aan", "naar", "wrote", "user", "recipient"});

constexpr std::string_view kBase58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::string_view kBech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t kBitcoinBytes = 25;       // of an account in base58: version, hash, check sum
constexpr std::size_t kEthereumDigits = 40;     // hexadecimal
constexpr std::size_t kMinPhone = 10;           // digits
constexpr std::size_t kMaxPhone = 15;           // ITU-T E.164 section 6
constexpr std::size_t kMaxGreeting = 24;        // bytes before the address in its line
constexpr std::size_t kMinNameWord = 3;         // characters of a name's word that says anything
constexpr std::size_t kNameBeginning = 4;       // characters of it that an address has, too
constexpr std::size_t kMinSpaced = 5;           // letters in a row
constexpr std::size_t kGreetingReach = 400;     // bytes of the text
constexpr std::size_t kCurrencyReach = 12;      // bytes beside an amount
constexpr std::size_t kMaxAddressLength = 254;  // RFC 5321 section 4.5.3.1.3, erratum 1690

bool is_vowel(char c) { return std::string_view("aeiouy").find(to_lower(c)) != std::string_view::npos; }
bool is_hexadecimal(char c) { return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f'); }
// Of a word: ASCII letters and digits, and whatever is beyond ASCII.
bool is_word(char c) { return is_alnum(c) || static_cast<unsigned char>(c) >= 0x80; }
bool is_atom(char c) {
  return is_alnum(c) || std::string_view(".!#$%&'*+/=?^_`{|}~-").find(c) != std::string_view::npos;
}

// Calls `use` with each word; stops when it says true.
template <class Use>
bool any_word(std::string_view text, Use use) {
  std::size_t at = 0;
  while (at < text.size()) {
    while (at < text.size() && !is_word(text[at])) ++at;
    const auto begin = at;
    while (at < text.size() &&
           (is_word(text[at]) || (text[at] == '-' && at + 1 < text.size() && is_word(text[at + 1]))))
      ++at;
    if (at != begin && use(text.substr(begin, at - begin))) return true;
  }
  return false;
}

bool is_base58check(std::string_view word) {
  std::array<std::uint8_t, kBitcoinBytes> bytes{};
  for (const char c : word) {
    const auto digit = kBase58.find(c);
    if (digit == std::string_view::npos) return false;
    auto carry = static_cast<unsigned>(digit);
    for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
      carry += *byte * 58U;
      *byte = static_cast<std::uint8_t>(carry & 0xFFU);
      carry >>= 8U;
    }
    if (carry != 0) return false;
  }
  const std::string raw(bytes.begin(), bytes.end());
  const auto sum = crypto::sha256(crypto::sha256(std::string_view(raw).substr(0, kBitcoinBytes - 4)));
  return std::string_view(raw).substr(kBitcoinBytes - 4) == std::string_view(sum).substr(0, 4);
}

// BIP 173 and 350.
bool is_bech32(std::string_view word) {
  const auto text = base::lower(word);
  if (!text.starts_with("bc1")) return false;
  std::uint32_t check = 1;
  const auto add = [&check](std::uint32_t value) {
    static constexpr std::array<std::uint32_t, 5> kGenerators{0x3b6a57b2U, 0x26508e6dU, 0x1ea119faU,
                                                              0x3d4233ddU, 0x2a1462b3U};
    const auto top = check >> 25U;
    check = (check & 0x1ffffffU) << 5U ^ value;
    for (unsigned i = 0; i < kGenerators.size(); ++i)
      if ((top >> i & 1U) != 0) check ^= kGenerators.at(i);
  };
  for (const std::uint32_t value : {3U, 3U, 0U, 2U, 3U}) add(value);  // "bc", expanded
  for (const char c : std::string_view(text).substr(3)) {
    const auto value = kBech32.find(c);
    if (value == std::string_view::npos) return false;
    add(static_cast<std::uint32_t>(value));
  }
  return check == 1 || check == 0x2bc830a3U;
}

constexpr std::size_t kMinCoin = 26;  // characters of the shortest address of a Bitcoin key

bool is_coin(std::string_view word) {
  if (word.size() >= kMinCoin && word.size() <= 35 && (word.front() == '1' || word.front() == '3'))
    return is_base58check(word);
  if (word.size() >= 42 && word.size() <= 62 && base::istarts_with(word, "bc1")) return is_bech32(word);
  return word.size() == kEthereumDigits + 2 && word.starts_with("0x") &&
         std::ranges::all_of(word.substr(2), is_hexadecimal);
}

// A number as it stands at `at`: its length, and what it is with separators of thousands taken out.
struct Amount {
  std::size_t length = 0;
  double value = 0;
  bool is_grouped = false;  // as sums are written, and numbers of orders are not
};
Amount read_amount(std::string_view text) {
  Amount out;
  bool is_fraction = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_digit(c)) {
      if (!is_fraction) out.value = out.value * 10 + (c - '0');
      out.length = i + 1;
      if (out.length > 24) break;
      continue;
    }
    if ((c != ',' && c != '.') || i + 1 >= text.size() || !is_digit(text[i + 1])) break;
    // Behind the last separator: three digits are thousands, others a fraction.
    std::size_t next = i + 1;
    while (next < text.size() && is_digit(text[next])) ++next;
    if (next - i - 1 == 3) {
      out.is_grouped = true;
    } else {
      if (is_fraction) break;
      is_fraction = true;
    }
  }
  return out;
}

bool names_currency(std::string_view text) {
  static constexpr auto kSigns = std::to_array<std::string_view>({"$", "€", "£", "¥", "₹", "₨"});
  static constexpr auto kWords = std::to_array<std::string_view>(
      {"usd", "eur", "euro", "euros", "gbp", "dollar", "dollars", "pounds", "sterling", "dolares", "dólares",
       "inr", "rs", "pkr", "rupees", "usdt", "btc"});
  return std::ranges::any_of(kSigns,
                             [text](auto sign) { return text.find(sign) != std::string_view::npos; }) ||
         has_word(text, kWords);
}

}  // namespace

namespace {

constexpr int kUnsaid =
    -12;  // in powers of two against chance: one in 1,900 compounds of two words has less; our own
constexpr char kPairByChance = '6';  // in kLetterPairs

// Whether its letters follow each other as those of no word do, by 1.5 powers of two for a pair: "jmtwspzy", not "testscripts".
bool is_unsaid(std::string_view label) {
  int sum = 0;
  int pairs = 0;
  for (std::size_t i = 1; i < label.size(); ++i) {
    if (!is_alpha(label[i - 1]) || !is_alpha(label[i])) continue;
    const auto row = static_cast<std::size_t>(to_lower(label[i - 1]) - 'a');
    const auto column = static_cast<std::size_t>(to_lower(label[i]) - 'a');
    sum += kLetterPairs[row][column] - kPairByChance;
    ++pairs;
  }
  return sum <= kUnsaid && 2 * sum <= -3 * pairs;
}

}  // namespace

bool is_random(std::string_view label) {
  if (label.size() < kMinSaid || label.starts_with("xn--")) return false;
  std::size_t letters = 0;
  std::size_t vowels = 0;
  std::size_t digits = 0;
  std::size_t turns = 0;
  std::size_t run = 0;
  std::size_t longest = 0;
  for (std::size_t i = 0; i < label.size(); ++i) {
    const char c = label[i];
    if (is_digit(c)) ++digits;
    if (is_alpha(c)) {
      ++letters;
      vowels += is_vowel(c) ? 1 : 0;
    }
    run = is_alpha(c) && !is_vowel(c) ? run + 1 : 0;
    longest = std::max(longest, run);
    if (i != 0 && is_alnum(c) && is_alnum(label[i - 1]) && is_digit(c) != is_digit(label[i - 1])) ++turns;
  }
  const bool is_hex = label.size() >= kMinHexadecimal && std::ranges::all_of(label, is_hexadecimal) &&
                      digits >= 3 && letters >= 3;
  return is_hex || turns >= 4 || (turns >= 3 && digits * 4 >= label.size()) ||
         (letters >= kMinSaid && longest >= 5 && vowels * 4 < letters && is_unsaid(label));
}

bool is_mixed_case(std::string_view word) {
  std::size_t rises = 0;
  for (std::size_t i = 1; i < word.size(); ++i)
    rises += word[i] >= 'A' && word[i] <= 'Z' && word[i - 1] >= 'a' && word[i - 1] <= 'z' ? 1 : 0;
  return rises >= 2;
}

bool has_abused_suffix(std::string_view registered) {
  const auto dot = registered.find('.');
  return dot != std::string_view::npos &&
         std::ranges::find(kAbusedSuffixes, registered.substr(dot + 1)) != kAbusedSuffixes.end();
}

bool is_named_in(std::string_view display_name, std::string_view address) {
  std::string plain;
  for (const char c : address)
    if (is_alnum(c)) plain += to_lower(c);
  std::string initials;
  bool compares = false;
  const bool found = any_word(display_name, [&](std::string_view word) {
    if (!base::is_ascii(word)) return false;
    const auto small = base::lower(word);
    initials += small[0];
    if (small.size() < kMinNameWord || std::ranges::find(kAnyonesNames, small) != kAnyonesNames.end())
      return false;
    compares = true;
    // "Kate" of katherine@: the beginning is enough.
    return plain.find(small.substr(0, std::min(small.size(), kNameBeginning))) != std::string::npos;
  });
  if (found || !compares) return true;
  return initials.size() >= 2 && plain.find(initials) != std::string::npos;
}

std::size_t spaced_letters(std::string_view text) {
  std::size_t out = 0;
  std::size_t run = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_alone =
        is_alpha(text[i]) && (i == 0 || text[i - 1] == ' ') && (i + 1 == text.size() || text[i + 1] == ' ');
    if (is_alone) {
      ++run;
      ++i;  // its space
      continue;
    }
    if (run >= kMinSpaced) out += run;
    run = 0;
    // The next that may stand alone is behind a space.
    i = text.find(' ', i);
    if (i == std::string_view::npos) break;
  }
  return run >= kMinSpaced ? out + run : out;
}

bool has_word(std::string_view text, std::span<const std::string_view> words) {
  return any_word(text, [words](std::string_view word) {
    return std::ranges::any_of(words, [word](auto other) { return base::iequals(word, other); });
  });
}

bool asks_for_action(std::string_view link_text) {
  return has_word(link_text, kActions) && !is_small_print(link_text);
}

bool is_small_print(std::string_view link_text) { return has_word(link_text, kSmallPrint); }

std::vector<std::string> addresses_in(std::string_view text) {
  std::vector<std::string> out;
  for (auto at = text.find('@'); at != std::string_view::npos && out.size() < kMaxAddressesFound;
       at = text.find('@', at + 1)) {
    auto begin = at;
    while (begin > 0 && at - begin < kMaxAddressLength && is_atom(text[begin - 1])) --begin;
    auto end = at + 1;
    while (end < text.size() && end - at < kMaxAddressLength &&
           (is_alnum(text[end]) || text[end] == '.' || text[end] == '-'))
      ++end;
    while (end > at + 1 && !is_alnum(text[end - 1])) --end;
    while (begin < at && !is_alnum(text[begin])) ++begin;
    const auto domain = text.substr(at + 1, end - at - 1);
    if (begin == at || domain.empty()) continue;
    auto address = base::lower(text.substr(begin, end - begin));
    if (std::ranges::find(out, address) == out.end()) out.push_back(std::move(address));
  }
  return out;
}

std::string_view large_sum(std::string_view text) {
  static constexpr auto kMillions =
      std::to_array<std::string_view>({"million", "millions", "billion", "millones", "milhões", "millionen",
                                       "mio", "crore", "lakh", "lakhs"});
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_digit(text[i]) || (i != 0 && is_word(text[i - 1]) && is_digit(text[i - 1]))) continue;
    const auto amount = read_amount(text.substr(i));
    const auto behind = text.substr(std::min(text.size(), i + amount.length), kCurrencyReach * 2);
    const bool is_millions = has_word(behind.substr(0, kCurrencyReach), kMillions) && amount.value >= 1;
    const auto from = i - std::min(i, kCurrencyReach);
    if ((is_millions || (amount.value >= kLargeSum && amount.is_grouped)) &&
        (names_currency(text.substr(from, i - from)) || names_currency(behind)))
      return text.substr(i, amount.length);
    i += amount.length;
  }
  return {};
}

std::string_view coin_address(std::string_view text) {
  for (std::size_t at = 0; at + kMinCoin <= text.size();) {
    // Hardly a word is that long: from where the shortest would end back to what is of no word.
    auto end = at + kMinCoin;
    while (end > at && is_alnum(text[end - 1])) --end;
    if (end > at) {
      at = end;
      continue;
    }
    end += kMinCoin;
    while (end < text.size() && is_alnum(text[end])) ++end;
    const auto word = text.substr(at, end - at);
    if (is_coin(word)) return word;
    at = end + 1;
  }
  return {};
}

std::string_view phone_number(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = text[i] == '+' || text[i] == '(' || is_digit(text[i]);
    if (!begins || (i != 0 && (is_word(text[i - 1]) ||
                               std::string_view("#-./_=").find(text[i - 1]) != std::string_view::npos)))
      continue;
    std::size_t digits = 0;
    std::size_t groups = 0;
    std::size_t end = i;
    for (; end < text.size(); ++end) {
      const char c = text[end];
      if (is_digit(c)) {
        ++digits;
        if (end == i || !is_digit(text[end - 1])) ++groups;
      } else if (std::string_view("+() -.").find(c) == std::string_view::npos || (c == '+' && end != i)) {
        break;
      }
    }
    while (end > i && !is_digit(text[end - 1])) --end;
    const bool is_whole = end == text.size() || !is_word(text[end]);
    if (digits >= kMinPhone && digits <= kMaxPhone && groups >= 2 && is_whole)
      return base::trim(text.substr(i, end - i));
    i = std::max(i, end <= i ? i : end - 1);
  }
  return {};
}

double greets_by(std::string_view text, std::string_view address) {
  static constexpr auto kGreetings = std::to_array<std::string_view>(
      {"dear",     "hi",       "hello",    "hey",     "attention", "attn",
       "hola",     "estimado", "estimada", "olá",     "ola",       "prezado",
       "bonjour",  "cher",     "hallo",    "guten",   "liebe",     "lieber",
       "user",     "welcome",  "beste",    "geachte", "tarde",     "dia",
       "noite",    "buenos",   "buenas",   "caro",    "cara",      "ciao",
       "salut",    "herr",     "frau",     "madame",  "monsieur",  "congratulations",
       "parabéns", "atenção",  "atención"});
  text = text.substr(0, kGreetingReach);
  if (address.empty()) return 0;
  const auto small = base::lower(text);
  // "Dear a@b.example," and "a@b.example, your account": neither a quoted header nor the recipient that a bounce names.
  for (auto at = small.find(address); at != std::string::npos; at = small.find(address, at + 1)) {
    const auto line = std::string_view(small).substr(0, at);
    const auto before = base::trim(line.substr(line.rfind('\n') + 1));
    const auto behind = std::string_view(small).substr(at + address.size());
    const bool speaks = behind.starts_with(",") || behind.starts_with("!") || behind.starts_with(" ,") ||
                        behind.starts_with(" !");
    if ((before.empty() && speaks) || (before.size() < kMaxGreeting && has_word(before, kGreetings)))
      return 1;
    // "Your money is waiting, a@b.example!"
    const auto word = before.substr(before.find_last_of(" \t") + 1);
    const bool tells = word.ends_with(':') || word.ends_with('<') || word.ends_with('(') ||
                       word.ends_with('>') || has_word(word, kTellsOf);
    if (speaks && !tells && !before.starts_with('>')) return 0.7;
  }
  const auto local = address.substr(0, address.find('@'));
  if (local.size() < 4) return 0;
  // "Dear j.doe81" is made of the address; "Dear John" is not, and "Dear john" may be.
  const bool is_plain = std::ranges::all_of(local, is_alpha);
  for (auto at = text.find(local); at != std::string_view::npos; at = text.find(local, at + 1)) {
    const auto before = base::trim(text.substr(0, at));
    const auto begin = before.find_last_of(" \n\t,>:");
    const auto word = begin == std::string_view::npos ? before : before.substr(begin + 1);
    const bool is_whole = at + local.size() == text.size() || !is_word(text[at + local.size()]);
    if (is_whole && has_word(word, kGreetings)) return is_plain ? 0.5 : 0.9;
  }
  return 0;
}

double carries(std::string_view url, std::string_view address) {
  if (address.size() < 6 || address.find('@') == std::string_view::npos) return 0;
  auto code = base::encode_base64(address);
  // The last character of base64 depends on what follows the address.
  while (!code.empty() && code.back() == '=') code.pop_back();
  if (address.size() % 3 != 0 && !code.empty()) code.pop_back();
  if (url.find(code) != std::string_view::npos) return 1;
  const auto small = base::lower(url);
  std::string encoded(address);
  encoded.replace(encoded.find('@'), 1, "%40");
  for (const auto& form : {std::string(address), encoded}) {
    const auto at = small.find(form);
    if (at == std::string::npos) continue;
    const auto fragment = small.find('#');
    return fragment != std::string::npos && at > fragment ? 1 : 0.8;
  }
  return 0;
}

}  // namespace rampart::guard::signal
