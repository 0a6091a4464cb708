// For tests only: public keys of several kinds, in base64.
#pragma once

#include <string_view>

namespace rampart::crypto {

// Throw-away public keys; their private halves are gone.
inline constexpr std::string_view kRsa768 =
    "MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhAJ7a3rROQf1cvkh+TrPx+fOIzv1zOhVtNCLIY9+dbFbFx+PpjaVpKbvLBy"
    "1lfBksry2DCAFJZoJ7m6XE2Aplsyf5AvIQmyK51sBHmrNL0jgrW5LkprcULr7w22XkZQRKAwIDAQAB";
inline constexpr std::string_view kRsa1024 =
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDIvawhSrFe7ubzsOSrWu2eh4ALAsmS3yT/Irj8zgKLUy8emoJVMv"
    "bP4mBdAILUrtWfuEhSVFcaU3VAsZkyZ0sDwNvoLha1IzORgo9JIOl2x/jRKG0N2EmE6IXkxqVd87z8xOnPQwx3RseB"
    "z8v473UIDLCNr9xci80rbuabqmZiwwIDAQAB";
inline constexpr std::string_view kRsa2048 =
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAzrBrLaYOrNDM1otgtwdq7B3j7EScEZ1qGhwl3PlUBOI3sN"
    "7t9rFTSUKGpa6z/DGmHMiC7vhtAbtOJuu/pzKTSbPsJLBNE6xXrg6jPV4J9i2g6ll5ZB2R8vP9t6ZmMGDT5XFSkq2O"
    "M87DTOi8n70lVjnZD7/xytoIVBpkquAUl/XakMMTYCHPByfhtBpYSSa7wqEx2QbAyw1m4rIE5SvGaFKTyn0et3Xcso"
    "RlGQetSzLvH7YSbrSk6wwozbAmFXuuD22W52blWRRwvtod1asWuykMG/D/B0FoqF9GhvGLS049YRZy1yxihuUB6mHV"
    "pQCGi2ybluFNxl+R/bxJ1TqnWQIDAQAB";
inline constexpr std::string_view kRsa2048Bare =
    "MIIBCgKCAQEAzrBrLaYOrNDM1otgtwdq7B3j7EScEZ1qGhwl3PlUBOI3sN7t9rFTSUKGpa6z/DGmHMiC7vhtAbtOJu"
    "u/pzKTSbPsJLBNE6xXrg6jPV4J9i2g6ll5ZB2R8vP9t6ZmMGDT5XFSkq2OM87DTOi8n70lVjnZD7/xytoIVBpkquAU"
    "l/XakMMTYCHPByfhtBpYSSa7wqEx2QbAyw1m4rIE5SvGaFKTyn0et3XcsoRlGQetSzLvH7YSbrSk6wwozbAmFXuuD2"
    "2W52blWRRwvtod1asWuykMG/D/B0FoqF9GhvGLS049YRZy1yxihuUB6mHVpQCGi2ybluFNxl+R/bxJ1TqnWQIDAQAB";
inline constexpr std::string_view kEc =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAErGCsH79XFLMM2ujH87cMla322VFLXiqH3s/hZb3mu58UG+UTw4epuX"
    "JTxBE3GEviLI4nUC4kLcP+71aHVwboww==";
inline constexpr std::string_view kEd25519 = "YnqwLVRdmTaBgGuZzvoDjBpRdaa6GRaGnqNQWSJOgBQ=";

}  // namespace rampart::crypto
