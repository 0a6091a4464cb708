// The milter protocol, version 6, as it stands on the wire: sendmail's libmilter/mfdef.h and Postfix's MILTER_README are what it
// is known from, as no standard has it. A frame is a length of four octets, network order, then a command of one octet and its
// payload; the length counts both.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rampart::guard::milter {

inline constexpr std::uint32_t kVersion = 6;       // the newest that is spoken
inline constexpr std::uint32_t kLeastVersion = 2;  // before it there are no changes at the end of a message
// Of a frame, its command counted; our own. The MTAs send bodies in chunks of 65,535 octets and fields of up to 102,400.
inline constexpr std::size_t kMaxFrame = std::size_t{1} << 20;

// What an MTA sends.
enum class Command : char {
  abort = 'A',
  body = 'B',
  connect = 'C',
  macros = 'D',
  end_of_body = 'E',
  helo = 'H',
  quit_new_connection = 'K',
  header = 'L',
  mail = 'M',
  end_of_headers = 'N',
  negotiate = 'O',
  quit = 'Q',
  recipient = 'R',
  data = 'T',
  unknown = 'U',
};

// What a filter answers.
enum class Reply : char {
  add_header = 'h',
  insert_header = 'i',
  change_header = 'm',
  delete_recipient = '-',
  progress = 'p',
  reply_code = 'y',
  skip = 's',
  go_on = 'c',
  accept = 'a',
  discard = 'd',
  reject = 'r',
  tempfail = 't',
  negotiate = 'O',
};

// What a filter may do at the end of a message (SMFIF_).
namespace action {
inline constexpr std::uint32_t kAddHeaders = 0x1;
inline constexpr std::uint32_t kDeleteRecipients = 0x8;
inline constexpr std::uint32_t kChangeHeaders = 0x10;
inline constexpr std::uint32_t kSetMacros = 0x100;
}  // namespace action

// Which steps are sent, and which wait for an answer (SMFIP_).
namespace step {
inline constexpr std::uint32_t kNoUnknown = 0x100;
inline constexpr std::uint32_t kSkip = 0x400;
inline constexpr std::uint32_t kNoReplyHeader = 0x80;
inline constexpr std::uint32_t kNoReplyConnect = 0x1000;
inline constexpr std::uint32_t kNoReplyHelo = 0x2000;
inline constexpr std::uint32_t kNoReplyMail = 0x4000;
inline constexpr std::uint32_t kNoReplyRecipient = 0x8000;
inline constexpr std::uint32_t kNoReplyData = 0x10000;
inline constexpr std::uint32_t kNoReplyUnknown = 0x20000;
inline constexpr std::uint32_t kNoReplyEndOfHeaders = 0x40000;
inline constexpr std::uint32_t kNoReplyBody = 0x80000;
inline constexpr std::uint32_t kLeadingSpace = 0x100000;
}  // namespace step

}  // namespace rampart::guard::milter
