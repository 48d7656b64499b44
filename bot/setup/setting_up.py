"""Setting rooms up in chat: 绑定, 政策, 工程师, 这里是, 确认导入, and accounts on other platforms; 备份 and 重载 beside them."""

from __future__ import annotations

import re
from datetime import date

import msgspec

from bot.commands import Command
from bot.config import Customer, Room
from bot.conversation.aside import NotesAside
from bot.desk import Desk
from bot.drafts import Draft, Drafts
from bot.hearing import Hearing
from bot.rooms.living import Living
from bot.rooms.set_up import CURRENT, CUSTOMER, ROOM, CustomerNote, RoomNote, customer_id, noted
from bot.setup.backing_up import BackingUp
from bot.setup.identifying import Identifying
from bot.setup.registering import Registering
from bot.setup.reloading import Reloading
from bot.setup.silencing import Silencing
from bot.setup.uploading import Uploading
from bot.store.contract import Kept, Store
from bot.store.written import BacksUp
from bot.tickets.errors import N_, Phrase
from bot.tickets.messages import Message, Place
from bot.tickets.speaker import Speaker
from bot.vocabulary import Word, may_use
from scheduler.rota import on_call

SET_UP_WORDS = frozenset(
    {
        Word.BIND,
        Word.POLICY,
        Word.ENGINEERS,
        Word.WHERE,
        Word.IMPORT,
        Word.COLUMNS,
        Word.ACCOUNT,
        Word.REGISTER,
        Word.SILENCE,
        Word.BACK_UP,
        Word.RELOAD,
    }
)
_NEW = (N_("新客户"), "new customer")
_MOST_NAMED = 5
_NEVER_TALK = (Word.IMPORT, Word.RELOAD)
_USES = re.compile(r"^(?:就|改|换)?[用成为]+\s*")  # 政策用教育三级


class SettingUp(NotesAside):
    """Runs the commands of whoever sets rooms up. `run` returns False when the word was ordinary speech after all."""

    def __init__(
        self,
        *,
        living: Living,
        desk: Desk,
        drafts: Drafts,
        store: Store,
        identifying: Identifying,
        registering: Registering,
        uploading: Uploading,
        back_up: BacksUp,
        reloading: Reloading,
    ) -> None:
        super().__init__(desk, drafts)
        self._living = living
        self._store = store
        self._identifying = identifying
        self._registering = registering
        self._uploading = uploading
        self._backing_up = BackingUp(back_up=back_up, desk=desk, drafts=drafts)
        self._reloading = reloading
        self._silencing = Silencing(living=living, desk=desk, drafts=drafts)

    async def run(self, hearing: Hearing, command: Command) -> bool:
        """Do what a command asks for; False when it is not meant as one."""
        if command.word is Word.ACCOUNT:
            return await self._identifying.run(hearing, command)
        is_meant = (
            command.is_marked or hearing.is_addressed or hearing.is_for_staff or command.word is Word.SILENCE
        )
        if not is_meant:
            return False
        if not may_use(command.spec, hearing.role):
            return await self._refused(hearing, command)
        if command.word is Word.SILENCE:
            return await self._silencing.run(hearing, command)
        if command.word in (Word.BACK_UP, Word.RELOAD):
            if command.rest or not (hearing.is_for_staff or hearing.is_private):
                return False
            of = self._backing_up if command.word is Word.BACK_UP else self._reloading
            await of.run(hearing)
            return True
        if command.word in (Word.BIND, Word.POLICY) and not self._is_sure(hearing, command):
            return False
        if command.word is Word.IMPORT:
            return await self._uploading.confirmed(hearing)
        if command.word is Word.REGISTER:
            return await self._registering.run(hearing, command)
        if command.word is Word.COLUMNS:
            return await self._uploading.columns_said(hearing, command.rest)
        if command.word is Word.WHERE:
            if command.rest:
                return False
            await self._where(hearing)
            return True
        address = await self._address(hearing)
        if address is None:
            await self._say(hearing, N_("没有等着设置的新群。把我拉进群，或在群里 @我 说“这里是”。"))
            return True
        if (room := self._of_file(address)) is not None:
            await self._say(hearing, N_("“{room}”写在配置文件里，请改那里。"), room=room.name)
            return True
        note = self._living.set_up.rooms.get(address) or RoomNote(name=_named(address))
        if not note.duty and hearing.origin.room is not None and hearing.origin.room.kind == "duty":
            note = msgspec.structs.replace(note, duty=hearing.origin.room.id)
        match command.word:
            case Word.BIND:
                await self._bind(hearing, command.rest, address, note)
            case Word.POLICY:
                await self._promise(hearing, command.rest, address, note)
            case _:
                await self._staff(hearing, address, note)
        return True

    async def _refused(self, hearing: Hearing, command: Command) -> bool:
        """Say to staff who sets rooms up; False where their words may be talk: only those that can be nothing else are certain."""
        is_certain = command.is_marked or hearing.is_addressed
        if command.word in (Word.BIND, Word.POLICY):
            is_certain |= self._is_named(command)
        elif command.word in _NEVER_TALK:
            is_certain |= not command.rest
        if not (is_certain and hearing.is_for_staff):
            return False
        await self._say(
            hearing, N_("“{what}”请 {who} 来说。"), what=command.name, who=self._living.rules.managers()
        )
        return True

    def _is_sure(self, hearing: Hearing, command: Command) -> bool:
        """Say whether 绑定 names a customer, or 政策 a policy: joined to other words, among people, it may be about anything (绑定手机号)."""
        is_apart = hearing.text.split(maxsplit=1)[0] == command.name or not command.rest
        return is_apart or self._is_named(command) or hearing.is_addressed or command.is_marked

    def _is_named(self, command: Command) -> bool:
        if command.word is Word.POLICY:
            return self._policy(_USES.sub("", command.rest)) is not None
        is_new, name = _without_new(command.rest)
        return is_new or self._customer(name) is not None

    async def _address(self, hearing: Hearing) -> str | None:
        """Return the group that is meant: the one where it is said, else the latest that was told of here."""
        here = hearing.origin.address
        room = hearing.origin.room
        if not hearing.is_private and (room is None or room.kind == "customer"):
            return here
        current = await self._store.kept(CURRENT)
        return current.get(CURRENT + here) or next(reversed(current.values()), None)

    async def _bind(self, hearing: Hearing, name: str, address: str, note: RoomNote) -> None:
        is_new, name = _without_new(name)
        customer = self._customer(name)
        if customer is None and is_new and name:
            customer = Customer(customer_id(name), name, self._only_policy())
        if customer is None:
            await self._unknown(hearing, name)
            return
        kept = [self._kept(address, msgspec.structs.replace(note, customer=customer.id))]
        if is_new and customer.id not in {each.id for each in self._living.config.customers}:
            kept.append(_kept_customer(customer.id, CustomerNote(name=name, policy=customer.policy)))
        await self._done(hearing, address, tuple(kept))

    async def _promise(self, hearing: Hearing, name: str, address: str, note: RoomNote) -> None:
        if not note.customer:
            await self._say(hearing, N_("先绑定客户。例：绑定 育才小学"))
            return
        policies, name = self._living.config.policies, _USES.sub("", name)
        policy = self._policy(name)
        if policy is None:
            names = tuple(each.name for each in policies.values())[:_MOST_NAMED]
            await self._say(
                hearing, N_("没有叫“{name}”的服务政策。有：{names}"), name=name or "–", names=names
            )
            return
        known = self._living.set_up.customers.get(note.customer)
        if known is None:
            customer = self._customer_of(note)
            await self._say(
                hearing,
                N_("{customer} 的服务政策写在配置文件里（{policy}），请改那里。"),
                customer=customer.name if customer else note.customer,
                policy=policies[customer.policy].name if customer and customer.policy in policies else "–",
            )
            return
        changed = msgspec.structs.replace(known, policy=policy)
        await self._done(
            hearing, address, (_kept_customer(note.customer, changed), self._kept(address, note))
        )

    async def _staff(self, hearing: Hearing, address: str, note: RoomNote) -> None:
        named = [
            person
            for person in self._living.config.people
            if person.role.is_staff
            and (person.name in hearing.text or any(each in hearing.mentions for each in person.accounts))
        ]
        if not named:
            await self._say(hearing, N_("请 @ 配置文件里有的同事。例：工程师 @老张 @小李"))
            return
        engineers = tuple(person.id for person in named)
        await self._done(
            hearing, address, (self._kept(address, msgspec.structs.replace(note, engineers=engineers)),)
        )

    async def _done(self, hearing: Hearing, address: str, kept: tuple[Kept, ...]) -> None:
        """Save what was set, bring everybody up to date, and say what is still missing."""
        kept = (*kept, Kept(CURRENT + hearing.origin.address, address))
        if not await self._desk.note(kept, [], hearing.now, hearing.origin.seen):
            return
        await self._living.load()
        text = await self.standing(address, self._speak(hearing))
        said = f"{hearing.origin.seen}|said"
        await self._desk.note((), [self._aside(hearing, text)], hearing.now, said)

    async def standing(self, address: str, speaker: Speaker) -> str:
        """Return how far a group is set up, and what is still missing."""
        note = self._living.set_up.rooms.get(address) or RoomNote(name=_named(address))
        customer = self._customer_of(note)
        lines = [self._first_line(note, customer, speaker)]
        steps = await self._steps(note, customer, speaker)
        if steps:
            lines.append(speaker.say("还差 {count} 步：{steps}", count=len(steps), steps="　".join(steps)))
        elif customer is not None and customer.policy:
            lines.append(speaker.say("都设好了，群里现在就可以报障。"))
        return "\n".join(lines)

    def _first_line(self, note: RoomNote, customer: Customer | None, speaker: Speaker) -> str:
        if customer is None:
            return speaker.say("新群“{room}”已接入。", room=note.name)
        about = []
        if customer.contract_until is not None:
            about.append(speaker.say("合同到 {day}", day=_day(customer.contract_until)))
        policy = self._living.config.policies.get(customer.policy)
        if policy is not None:
            about.append(speaker.say("服务政策 {policy}", policy=policy.name))
        engineers = [p.name for p in self._living.config.people if p.id in note.engineers]
        if engineers:
            about.append(speaker.say("轮值 {names}", names=tuple(engineers)))
        more = Phrase(N_("（{about}）"), {"about": tuple(about)}) if about else ""
        return speaker.say(
            "“{room}”已绑定 {customer}{more}。", room=note.name, customer=customer.name, more=more
        )

    async def _steps(self, note: RoomNote, customer: Customer | None, speaker: Speaker) -> list[str]:
        steps = []
        if customer is None:
            example = next((each.name for each in self._living.config.customers), speaker.say("客户名"))
            steps.append(speaker.say("绑定 {customer}", customer=example))
        if customer is None or not customer.policy:
            policy = next((each.name for each in self._living.config.policies.values()), "–")
            steps.append(speaker.say("政策 {policy}", policy=policy))
        entries = await self._store.entries()
        if customer is None or not any(entry.customer == customer.id for entry in entries):
            steps.append(speaker.say("把客户的 FAQ 发给我（xlsx、csv、md）"))
        if not note.engineers:
            names = [f"@{p.name}" for p in self._living.config.people if p.role.value == "engineer"][:2]
            steps.append(speaker.say("工程师 {names}", names=" ".join(names) or "@…"))
        circled = "①②③④"
        return [f"{circled[index]} {step}" for index, step in enumerate(steps)]

    async def _where(self, hearing: Hearing) -> None:
        """Say where we are: the address to write into a configuration, and what counts here."""
        speaker, address, room = self._speak(hearing), hearing.origin.address, hearing.origin.room
        lines = [
            speaker.say("地址 {address}　您的帐号 {account}", address=address, account=hearing.origin.account)
        ]
        if room is None:
            if not hearing.is_private:
                lines.append(await self.standing(address, speaker))
        else:
            lines.append(self._described(room, hearing, speaker))
        kept = (Kept(CURRENT + address, address),) if room is None and not hearing.is_private else ()
        draft = self._aside(hearing, "\n".join(lines))
        await self._desk.note(kept, [draft], hearing.now, hearing.origin.seen)

    def _described(self, room: Room, hearing: Hearing, speaker: Speaker) -> str:
        config = self._living.config
        if room.kind == "duty":
            return speaker.say("值班群“{room}”。", room=room.name)
        customer = next((each for each in config.customers if each.id == room.customer), None)
        policy = config.policies.get(customer.policy) if customer else None
        rota = config.rotas.get(room.on_call)
        now_on = on_call(rota, hearing.now) if rota else ()
        names = tuple(person.name for person in config.people if person.id in now_on)
        duty = self._living.directory.room(room.duty)
        source = N_("配置文件") if self._of_file(room.address) else N_("群里设置")
        return speaker.say(
            "“{room}”：客户 {customer}，政策 {policy}，值班群 {duty}，值班 {names}；来自{source}。",
            room=room.name,
            customer=customer.name if customer else "–",
            policy=policy.name if policy else "–",
            duty=duty.name if duty else "–",
            names=names or "–",
            source=Phrase(source, {}),
        )

    async def _unknown(self, hearing: Hearing, name: str) -> None:
        names = tuple(each.name for each in self._living.config.customers)[:_MOST_NAMED]
        if not name:
            await self._say(hearing, N_("绑定哪个客户？已有：{names}"), names=names)
            return
        await self._say(
            hearing,
            N_("没有叫“{name}”的客户。已有：{names}。要新建请回：绑定 新客户 {name}"),
            name=name,
            names=names,
        )

    def _customer(self, name: str) -> Customer | None:
        customers = self._living.config.customers
        exact = next((each for each in customers if name in (each.name, each.id)), None)
        short = [each for each in customers if len(name) > 1 and name in each.name]
        return exact or (short[0] if len(short) == 1 else None)

    def _policy(self, name: str) -> str | None:
        """Return the id of the policy that a name, or a part that only one has, means."""
        policies = self._living.config.policies
        exact = next((id_ for id_, each in policies.items() if name in (id_, each.name)), None)
        near = [id_ for id_, each in policies.items() if len(name) > 1 and name in each.name]
        return exact or (near[0] if len(near) == 1 else None)

    def _customer_of(self, note: RoomNote) -> Customer | None:
        return next((each for each in self._living.config.customers if each.id == note.customer), None)

    def _only_policy(self) -> str:
        policies = self._living.config.policies
        return next(iter(policies)) if len(policies) == 1 else ""

    def _of_file(self, address: str) -> Room | None:
        return next((room for room in self._living.file.rooms if room.address == address), None)

    def _kept(self, address: str, note: RoomNote) -> Kept:
        return noted(ROOM + address, note)

    def _aside(self, hearing: Hearing, text: str) -> Draft:
        """Answer out of the customers' hearing, also in a group that nobody has set up."""
        origin = hearing.origin
        duty = next((room for room in self._living.config.rooms if room.kind == "duty"), None)
        if origin.room is None and not hearing.is_private and duty is not None:
            key = f"a{origin.key}.aside"
            return self._drafts.notice(Message(to=Place.DUTY, text=text), duty.address, key, hearing.now)
        return super()._aside(hearing, text)


def _kept_customer(id_: str, note: CustomerNote) -> Kept:
    return noted(CUSTOMER + id_, note)


def _without_new(name: str) -> tuple[bool, str]:
    for word in _NEW:
        if name.lower().startswith(word):
            return True, name[len(word) :].strip(' :：,，“”"')
    return False, name.strip('“”"')


def _named(address: str) -> str:
    return address.rpartition(":")[2]


def _day(day: date) -> str:
    return day.isoformat()
