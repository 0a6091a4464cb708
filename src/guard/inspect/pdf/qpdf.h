// qpdf's headers, as C++23 takes them: the JSON of version 11.3 has destructors that clang wants whole before the class is, and nothing
// here writes JSON; PointerHolder is what those of version 10 were written with.
#pragma once

#define POINTERHOLDER_TRANSITION 4
#define JSON_HH
class JSON;

#include <qpdf/Buffer.hh>
#include <qpdf/InputSource.hh>
#include <qpdf/Pipeline.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFExc.hh>
#include <qpdf/QPDFObjectHandle.hh>
#include <qpdf/QPDFStreamFilter.hh>
#include <qpdf/QPDFWriter.hh>
#include <qpdf/QPDFXRefEntry.hh>
