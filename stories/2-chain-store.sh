# The core salesperson of a chain: bound from the first day, handed over in person, watched after the last.
chapter "二 连锁门店的离职者 The chain store's leaver"

say "入职当天送签协议；未签署不能完成入职 Agreements on the first day; onboarding waits for them"
printf '工号,姓名,部门,岗位,入职日期,邮箱,手机\nE-2001,方女士,store,销售经理,%s,fang@acme.example,13800002001\nE-2002,何经理,store,销售经理,2019-01-02,he@acme.example,13800002002\n' "$today" > "$house/new.csv"
as office employees import --mode all-or-nothing "$house/new.csv"
as office employees move E-2002 active --on "$today" --reason 既有员工登记
staff_key fang E-2001
staff_key he E-2002
until_true "the agreements are served" shows office non-compete agreements list E-2001
as office agreements kinds
as fang agreements list E-2001
refused '客户资源归属协议' office employees move E-2001 active --on "$today" --reason 入职完成
for kind in confidentiality client-ownership non-compete; do
    agreement=$(songda agreements list E-2001 --server "$server" --key-file "$house/fang.key" |
        awk -v kind=$kind '$2 == kind { print $NF }')
    as fang agreements read --out "$house/$kind.pdf" "$agreement"
    as fang agreements code "$agreement" | tee "$house/out"
    as fang agreements sign --code "$(code fang@)" --document-hash "$(sed -n 's/^document  //p' "$house/out")" \
        --intent "$(sed -n 's/^intent    //p' "$house/out")" "$agreement"
done
as office employees move E-2001 active --on "$today" --reason 入职完成
mkdir -p "$house/proofs"
as office agreements proof E-2001 --out "$house/proofs"

say "客户登记在公司系统中，每个客户都显示所依据的条款 Each client shows the clause that covers it"
: > "$house/clients.jsonl"
client C-21 杭州云帆电子商务 E-2001 8000.00
as program clients import "$house/clients.jsonl"
client=$(ask fang clients list --number C-21 | member id)
as fang clients show "$client"
holdings E-2001

say "她自己提出离职，双方约定今天为最后工作日 She gives notice; both agree on today"
as fang handover record E-2001 --notice-on "$today" --reason 个人原因
handover=$(ask office handover list --open | member id)
as office employees last-day E-2001 "$today" --reason 双方协商一致
until_true "the handover follows" shows office "last day   $today" handover show "$handover"
as office handover assign "$handover" --successor E-2002 > /dev/null
as office handover close "$handover" assignment > /dev/null

say "拜访客户：时间、经同意的地点、客户签字 A visit: its time, its place with consent, the signed sheet"
as office handover add --kind visit "$handover" 拜访客户C-21
visit=$(items "$handover" open | sed -n 's/^visit //p')
printf '%%PDF-1.7 拜访确认单，客户签字（扫描件）' > "$house/sheet.pdf"
as he handover upload --purpose visit-sheet "$handover" "$visit" "$house/sheet.pdf"
at=$(date -u -d '5 minutes ago' +%FT%TZ)
refused 'no recorded consent' fang handover submit --visit-at "$at" --visit-met 王采购 --visit-place 示例路1号 \
    "$handover" "$visit"
echo 本人同意在交接拜访记录中记载拜访地点 > "$house/words.txt"
as fang handover visit-consent --words "$house/words.txt"
as fang handover submit --visit-at "$at" --visit-met 王采购 --visit-place 示例路1号 "$handover" "$visit"
hand_in fang "$handover"
as fang handover close "$handover" submission > /dev/null
take_over he "$handover"
letters he "$handover"
accept_all zhao "$handover"

say "劳动关系结束：权限全部收回，竞业限制起算，两年，到期前提醒 The employment ends, the non-compete runs"
as office employees move E-2001 left --on "$today" --reason 协商解除
refused 'employment has ended' fang clients list
until_true "the clock runs" shows office AG- agreements non-competes
as office agreements non-competes
as office employees file E-2001

say "证据目录 The dossier"
dossier E-2001
