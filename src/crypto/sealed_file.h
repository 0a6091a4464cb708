// Large files at rest, compressed and (where a key is given) sealed: written and read in pieces, so that memory is that of a piece.
//
//   rampart-kept-1 sealed | clear, a line feed, then pieces: the length in four octets (network order), 1 for the last and 0 for
//   every other, and zstd of at most kPiece octets, sealed under "NAME/NUMBER/LAST". A file that was cut, put together of two,
//   or whose pieces were moved does not open.
//
//   auto file = TRY(crypto::SealedWriter::create(path, key, "q/7f3a"));
//   TRY(file.write(bytes));
//   TRY(file.commit());                               // on the disk, whole
//   TRY(crypto::read_sealed(path, key, "q/7f3a", [&](std::string_view piece) { … return base::Result<>(); }));
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "crypto/seal_key.h"

namespace rampart::crypto {

inline constexpr std::size_t kPiece = std::size_t{1} << 20;  // octets before they are compressed

class SealedWriter {
 public:
  // `key` must outlive it; nullptr: in clear. Errors are those of FileWriter.
  static base::Result<SealedWriter> create(const std::string& path, const SealKey* key, std::string name);

  base::Result<> write(std::string_view bytes);
  // What was written is on the disk, and nothing is at `path` before.
  base::Result<> commit();

 private:
  SealedWriter(base::FileWriter file, const SealKey* key, std::string name)
      : file_(std::move(file)), key_(key), name_(std::move(name)) {}
  base::Result<> write_piece(std::string_view bytes, bool last);

  base::FileWriter file_;
  const SealKey* key_;
  std::string name_;
  std::string held_;
  std::uint64_t number_ = 0;
};

// Hands the pieces over one after another. Errors: of kind input when it is no such file, is not whole, or does not open with this
// key and name; what was handed over until then was right. Those of `take`. `key` may be empty: a sealed file is then an error.
base::Result<> read_sealed(const std::string& path, const std::optional<SealKey>& key, std::string_view name,
                           const std::function<base::Result<>(std::string_view)>& take);

}  // namespace rampart::crypto
