/// The explanation that travels in every bundle, in both languages, with commands a stranger can type.
enum BundleReadme {
    private static func commands(_ data: String) -> String {
        """
        ```sh
        mkdir bundle && cd bundle && unzip ../NAME.asice
        # 1
        openssl dgst -sha256 -binary \(data) | base64
        # 2
        openssl cms -verify -cades -binary -inform DER -in META-INF/signature001.p7s \\
          -content META-INF/ASiCManifest001.xml -CAfile ../roots.pem -no-CApath -no-CAstore -purpose any -out /dev/null
        # 3
        openssl dgst -sha256 -verify keys/entry-KEY.pem -signature entries/0001-NAME.sig entries/0001-NAME.json
        # 4
        openssl ts -verify -token_in -in log/SIZE.tst -data log/SIZE.checkpoint -CAfile ../roots.pem
        # 5
        songda-verify --script > ../verify.sh && sh ../verify.sh ../roots.pem .
        ```
        """
    }

    static func english(_ excerpt: LogExcerpt, rehearsed: Int) -> String {
        let warning =
            rehearsed == 0
            ? ""
            : """

            **REHEARSAL, NO LEGAL EFFECT.** \(rehearsed) of the \(excerpt.entries.count) entries were recorded in a rehearsal:
            mail and texts went to a sandbox, and nobody was served. They say so under their signatures (`"rehearsal":true`).

            """
        return """
            # Proof bundle of \(excerpt.about.english)
            \(warning)
            Everything needed to check, without us, what was recorded about it: \(excerpt.entries.count) entries of the
            log `\(excerpt.origin)`, good news and bad, from issue to the newest checkpoint.

            What it proves, if sound: these entries were in the log when the timestamps say so, none was changed since, and
            whoever sealed this bundle states that the log holds no further entry about it at its newest checkpoint.
            What it does not prove: that a statement made by a third party (a mail server, a carrier) and recorded here is true.
            An entry named `erased` was deleted under the retention rules; the log still shows that it existed.

            ## Check it
            `songda-verify NAME.asice --trust roots.pem`, or with stock tools only (NAME: what the file of this bundle is called;
            roots.pem: certificates *you* obtained; the bundle's own are in `certificates/roots.pem`):

            \(commands(BundleLayout.data(excerpt.about)))

            1. equals the DigestValue of `\(BundleLayout.data(excerpt.about))` in `META-INF/ASiCManifest001.xml`; the same for every file
            2. the issuing entity signed that list
            3. the entry is signed (KEY: the value of "key" in the entry)
            4. an authority states when the log was in this state
            5. all of this for every file, the path of every entry to the log's root (RFC 6962), the growth of the log between
               the checkpoints, the time line against the entries, and that the signer's credit code (organizationIdentifier in the
               certificate) is the one in the entry `NoticeIssued`

            The `verify.sh` in here is the same script, but it comes from whoever made the bundle: if that is your opponent, do not
            run it, run the copy that your own songda-verify prints (or read it first, it is plain sh). Without roots of yours both
            checkers end with ISSUER NOT ESTABLISHED (exit status 3): anybody can make a bundle that agrees with itself, in any name.

            In `notice-content.json` the texts `document` and `email` are Markdown, where a backslash before a sign means the sign
            itself; `fields` and `context` hold the values as they were given.

            `verify.sh` leaves to `songda-verify`: the packaging of the .asice file itself, the exact form of every JSON file
            (RFC 8785), whether clocks contradict timestamps, and whether a timestamp authority is independent.

            An expired certificate is judged at the time of its timestamp; add `-attime` with that time to 2 and 4.

            ## Contents
            `documents/` what belongs to it · `\(BundleLayout.data(excerpt.about))` its data · `timeline.json` the entries in order · `entries/` each entry,
            its signature and its proof (C2SP tlog-proof) · `related/` entries these rest on, such as the issue of the key somebody
            signed in with · `log/` checkpoints (C2SP), timestamps (RFC 3161), consistency proofs ·
            `keys/`, `certificates/` · `completeness.json` how many entries there are · `META-INF/` list and signature (ASiC-E)

            """
    }

    static func chinese(_ excerpt: LogExcerpt, rehearsed: Int) -> String {
        let warning =
            rehearsed == 0
            ? ""
            : """

            **演练，无法律效力。** \(excerpt.entries.count) 条记录中有 \(rehearsed) 条是演练中的记录:邮件和短信只到达沙箱,
            未送达任何人。这些记录在签名范围内载明了这一点(`"rehearsal":true`)。

            """
        return """
            # \(excerpt.about.chinese) 的证据包
            \(warning)
            本包可以脱离我方独立核验:日志 `\(excerpt.origin)` 中与之相关的全部存证记录共 \(excerpt.entries.count) 条,
            有利与不利的记录均在其中,自发出起至最新日志签名点止。

            核验通过能够证明:这些记录在时间戳所示时刻已在日志中,此后未被改动;签章单位声明截至最新日志签名点,
            日志中没有与之相关的其他记录。不能证明:记录所引第三方(邮件服务器、运营商)的陈述本身属实。
            名为 `erased` 的记录已按保存期限规则删除内容,日志仍能证明其曾经存在。

            ## 核验方法
            运行 `songda-verify NAME.asice --trust roots.pem`;或仅用通用工具(NAME 为本证据包的文件名;
            roots.pem 为**您自行取得**的根证书,包内自带的在 `certificates/roots.pem`):

            \(commands(BundleLayout.data(excerpt.about)))

            1. 结果应等于 `META-INF/ASiCManifest001.xml` 中 `\(BundleLayout.data(excerpt.about))` 的 DigestValue;其余文件同理
            2. 发出单位对该清单的电子签名
            3. 存证记录的签名(KEY 为记录中 "key" 的值)
            4. 时间戳机构证明日志当时的状态
            5. 对全部文件执行以上核验,并核验每条记录到日志根的路径(RFC 6962)、各签名点之间日志只增不改、时间线与记录一致,
               以及签章证书载明的统一社会信用代码与 `NoticeIssued` 记录所载一致

            包内的 `verify.sh` 与之相同,但来自制作本包的一方:对方当事人提供的,请勿直接运行,请运行您自己的 songda-verify
            打印出来的脚本(或先行阅读,它是普通 sh 脚本)。没有提供您自己的根证书时,两种核验都以
            ISSUER NOT ESTABLISHED(退出码 3)结束:任何人都能以任何名义制作内容自洽的证据包。

            `notice-content.json` 中 `document` 和 `email` 两段文字为 Markdown,符号前的反斜杠表示该符号本身;
            `fields` 和 `context` 为填写的原值。

            `verify.sh` 不核验而由 `songda-verify` 核验的事项:.asice 文件自身的封装、各 JSON 文件的规范形式(RFC 8785)、
            时钟与时间戳是否矛盾、时间戳机构是否独立。

            证书过期的,以时间戳所示时刻为准判断;在第 2、4 步加 `-attime` 指定该时刻。

            ## 内容
            `documents/` 文书与材料 · `\(BundleLayout.data(excerpt.about))` 数据 · `timeline.json` 时间线 · `entries/` 每条存证记录及其签名、
            日志证明(C2SP tlog-proof) · `related/` 上述记录所依据的记录(如登录所用密钥的签发) · `log/` 日志签名点(C2SP)、时间戳令牌(RFC 3161)、一致性证明 · `keys/`、`certificates/`
            密钥与证书 · `completeness.json` 完整性声明 · `META-INF/` 清单与签名(ASiC-E)

            """
    }
}

extension BundleSubject {
    fileprivate var english: String {
        switch self {
        case .notice(let id): "notice \(id)"
        case .thing(let name): name
        }
    }

    fileprivate var chinese: String {
        switch self {
        case .notice(let id): "通知 \(id)"
        case .thing(let name): name
        }
    }
}
