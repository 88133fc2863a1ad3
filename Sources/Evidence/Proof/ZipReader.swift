import CZip

/// Reads a ZIP in memory that somebody else may have made to harm us.
enum ZipReader {
    /// What is accepted at most.
    struct Limits: Sendable {
        /// Members; a notice to one person with years of history needs some hundreds.
        var members = 20_000
        /// Bytes of one member.
        var memberBytes = 128 << 20
        /// Bytes of all members.
        var totalBytes = 512 << 20
        /// Expansion of a member of more than 1 MiB.
        var ratio = 100
    }

    /// Returns the members in the order of the archive's directory.
    ///
    /// Refuses names that leave the folder or stand twice, encryption, unknown methods, and anything over the limits
    /// before it is unpacked.
    static func members(
        of archive: [UInt8], limits: Limits = Limits()
    ) throws(EvidenceError) -> [(name: String, bytes: [UInt8])] {
        let copy = czip_allocate(max(1, archive.count))
        defer { czip_free(copy) }
        archive.withUnsafeBytes { source in
            if let base = source.baseAddress { copy?.copyMemory(from: base, byteCount: source.count) }
        }
        var error = zip_error_t()
        zip_error_init(&error)
        defer { zip_error_fini(&error) }
        guard copy != nil, let source = zip_source_buffer_create(copy, zip_uint64_t(archive.count), 0, &error) else {
            throw EvidenceError(
                .tooLarge, "no memory to read a bundle of \(archive.count) bytes",
                chinese: "内存不足，无法读取 \(archive.count) 字节的证据包")
        }
        guard let opened = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error) else {
            let detail = zip_error_strerror(&error).map { String(cString: $0) }
            zip_source_free(source)
            throw EvidenceError(
                .malformed, "the bundle is no sound ZIP archive: it is damaged, cut short, or another kind of file",
                chinese: "证据包不是完好的 ZIP 文件：已损坏、不完整，或者是另一种文件", detail: detail)
        }
        defer { zip_discard(opened) }
        return try read(opened, limits, atMost: archive.count)
    }

    private static func read(
        _ archive: OpaquePointer, _ limits: Limits, atMost archiveBytes: Int
    ) throws(EvidenceError) -> [(name: String, bytes: [UInt8])] {
        let count = Int(zip_get_num_entries(archive, 0))
        guard (1...limits.members).contains(count) else {
            throw EvidenceError(
                .tooLarge, "the bundle has \(count) members (1–\(limits.members) are read)",
                chinese: "证据包有 \(count) 个文件（可读取 1–\(limits.members) 个）")
        }
        var members: [(name: String, bytes: [UInt8])] = []
        var names: Set<[UInt8]> = []
        var total = 0
        var packed = 0
        for index in 0..<count {
            var stat = zip_stat_t()
            zip_stat_init(&stat)
            guard zip_stat_index(archive, zip_uint64_t(index), zip_flags_t(ZIP_FL_ENC_RAW), &stat) == 0,
                let rawName = stat.name
            else {
                throw EvidenceError(
                    .malformed, "member \(index) of the bundle cannot be read", chinese: "证据包中序号为 \(index) 的文件无法读取")
            }
            let name = try safeName(String(validatingCString: rawName))
            guard names.insert(Array(name.utf8)).inserted else {
                throw EvidenceError(
                    .malformed, "\(name) stands twice in the bundle; readers may disagree which counts",
                    chinese: "\(name) 在证据包中出现两次；不同的读取程序可能各取其一")
            }
            let size = Int(clamping: stat.size)
            total += min(size, limits.totalBytes + 1)
            try check(name, stat, size: size, total: total, limits)
            // Members that share their bytes are unpacked once for each, however short the file: work out of nothing.
            packed += min(Int(clamping: stat.comp_size), archiveBytes + 1)
            guard packed <= archiveBytes else {
                throw EvidenceError(
                    .malformed, "\(name) and others lie over each other in the bundle",
                    chinese: "证据包中的 \(name) 与其他文件的数据相互重叠")
            }
            members.append((name, try bytes(of: index, name, stat, size: size, in: archive)))
        }
        return members
    }

    private static func safeName(_ text: String?) throws(EvidenceError) -> String {
        guard let text, !text.isEmpty, text.utf8.count <= 512,
            text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != 0x5C && $0 != 0x3A }),
            text.utf8.split(separator: 0x2F, omittingEmptySubsequences: false)
                .allSatisfy({ !$0.isEmpty && !$0.elementsEqual([0x2E]) && !$0.elementsEqual([0x2E, 0x2E]) })
        else {
            throw EvidenceError(
                .malformed,
                "the bundle has a member with the name \"\((text ?? "?").prefix(60))\", which could leave "
                    + "its folder or is no valid name",
                chinese: "证据包中有名为“\((text ?? "?").prefix(60))”的文件，该名称可能越出其目录，或者不是有效的名称")
        }
        return text
    }

    private static func check(
        _ name: String, _ stat: zip_stat_t, size: Int, total: Int, _ limits: Limits
    ) throws(EvidenceError) {
        let method = Int32(stat.comp_method)
        guard stat.encryption_method == 0, method == ZIP_CM_STORE || method == ZIP_CM_DEFLATE else {
            throw EvidenceError(
                .malformed, "\(name) is encrypted or packed by method \(method); neither is read",
                chinese: "\(name) 已加密，或者以方法 \(method) 压缩；均不予读取")
        }
        guard size <= limits.memberBytes, total <= limits.totalBytes else {
            throw EvidenceError(
                .tooLarge,
                "\(name) has \(size) bytes unpacked: over the limit of \(limits.memberBytes) for one member "
                    + "or \(limits.totalBytes) for all",
                chinese: "\(name) 解压后有 \(size) 字节，超过上限：单个文件 \(limits.memberBytes) 字节，全部文件 \(limits.totalBytes) 字节")
        }
        guard size <= 1 << 20 || UInt64(size) / max(1, stat.comp_size) <= UInt64(limits.ratio) else {
            throw EvidenceError(
                .tooLarge, "\(name) unpacks to more than \(limits.ratio) times its size",
                chinese: "\(name) 解压后超过其大小的 \(limits.ratio) 倍")
        }
    }

    private static func bytes(
        of index: Int, _ name: String, _ stat: zip_stat_t, size: Int, in archive: OpaquePointer
    ) throws(EvidenceError) -> [UInt8] {
        guard let file = zip_fopen_index(archive, zip_uint64_t(index), zip_flags_t(ZIP_FL_COMPRESSED)) else {
            throw EvidenceError(.malformed, "\(name) cannot be unpacked", chinese: "\(name) 无法解压")
        }
        defer { zip_fclose(file) }
        let packedSize = Int(clamping: stat.comp_size)
        let packed = [UInt8](unsafeUninitializedCapacity: packedSize) { buffer, written in
            written = max(0, Int(zip_fread(file, buffer.baseAddress, zip_uint64_t(packedSize))))
        }
        // libzip leaves a stream that has made its bytes, whether it has ended or not.
        let isStored = Int32(stat.comp_method) == ZIP_CM_STORE
        guard packed.count == packedSize, let bytes = isStored ? packed : RawDeflate.unpack(packed, to: size),
            bytes.count == size, RawDeflate.checksum(of: bytes) == stat.crc
        else {
            throw EvidenceError(
                .malformed, "\(name) is damaged: its checksum or length is wrong", chinese: "\(name) 已损坏：校验和或者长度不符")
        }
        return bytes
    }
}
