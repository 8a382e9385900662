// A small help in Korean, written for the tests: pages about the kitchen and the garden, which say what "I" do today, and
// what stands around every page of a help.

interface Page {
  readonly folder: 'kitchen' | 'garden' | 'shared';
  readonly title: string;
  readonly text: string;
}

const pages: readonly Page[] = [
  {
    ...{ folder: 'kitchen', title: '아침밥' },
    text: '나는 오늘 맛있는 밥을 지었다. 쌀을 물에 씻고 솥에 넣어 약한 불에 삼십 분 동안 익힌다.',
  },
  {
    ...{ folder: 'kitchen', title: '된장국' },
    text: '나는 오늘 된장을 물에 풀었다. 두부와 호박을 썰어 냄비에 넣고 국물이 끓을 때까지 기다린다.',
  },
  {
    ...{ folder: 'kitchen', title: '김치' },
    text: '나는 오늘 배추를 소금에 절였다. 고춧가루와 마늘을 섞은 양념을 잎 사이에 골고루 바른다.',
  },
  {
    ...{ folder: 'kitchen', title: '비빔밥' },
    text: '나는 어제 나물과 달걀을 밥에 올렸다. 고추장을 한 숟가락 넣고 참기름과 함께 잘 비벼 먹는다.',
  },
  {
    ...{ folder: 'kitchen', title: '떡국' },
    text: '나는 오늘 흰 떡을 얇게 썰었다. 끓는 고기 국물에 떡을 넣고 위로 떠오르면 그릇에 담는다.',
  },
  {
    ...{ folder: 'kitchen', title: '만두' },
    text: '나는 오늘 고기와 부추를 잘게 다졌다. 얇은 피에 속을 채우고 가장자리를 눌러 찜통에 찐다.',
  },
  {
    ...{ folder: 'kitchen', title: '잡채' },
    text: '나는 오늘 당면을 뜨거운 물에 삶았다. 볶은 버섯과 당근을 넣고 간장과 설탕으로 맛을 낸다.',
  },
  {
    ...{ folder: 'kitchen', title: '보리차' },
    text: '나는 오늘 볶은 보리를 주전자에 담았다. 물을 붓고 끓인 다음 식혀서 냉장고에 두고 마신다.',
  },
  {
    ...{ folder: 'kitchen', title: '김밥' },
    text: '나는 지금 김 위에 밥을 펴고 있다. 단무지와 시금치를 놓고 단단히 말아 한 입 크기로 자른다.',
  },
  {
    ...{ folder: 'kitchen', title: '감자전' },
    text: '나는 오늘 감자를 강판에 갈았다. 기름을 두른 팬에 반죽을 펴고 앞뒤가 노릇해질 때까지 부친다.',
  },
  {
    ...{ folder: 'kitchen', title: '식혜' },
    text: '나는 오늘 엿기름을 따뜻한 물에 우렸다. 밥알이 뜨면 설탕을 넣고 한 번 끓여 차갑게 마신다.',
  },
  {
    ...{ folder: 'kitchen', title: '죽' },
    text: '나는 오늘 불린 쌀을 참기름에 볶았다. 물을 조금씩 부으며 주걱으로 저어 부드럽게 쑨다 그리고 먹는다.',
  },
  {
    ...{ folder: 'garden', title: '봄비' },
    text: '나는 오늘 마당에서 봄비를 보았다. 비가 그치면 흙이 젖어 씨앗을 심기에 좋은 날이 된다.',
  },
  {
    ...{ folder: 'garden', title: '텃밭' },
    text: '나는 오늘 텃밭에 상추를 심었다. 이랑을 만들고 모종 사이를 한 뼘씩 띄워 햇빛을 받게 한다.',
  },
  {
    ...{ folder: 'garden', title: '낙엽' },
    text: '나는 어제 나무 아래에서 낙엽을 쓸었다. 모은 잎은 구덩이에 쌓아 두면 다음 해에 거름이 된다.',
  },
  {
    ...{ folder: 'garden', title: '첫눈' },
    text: '나는 오늘 가지에 쌓인 첫눈을 털었다. 무거운 눈은 어린 나무를 꺾으니 아침마다 살펴야 한다.',
  },
  {
    ...{ folder: 'garden', title: '해바라기' },
    text: '나는 오늘 해바라기 옆에 막대를 세웠다. 줄기가 길게 자라면 바람에 넘어지지 않게 끈으로 묶는다.',
  },
  {
    ...{ folder: 'garden', title: '참새' },
    text: '나는 오늘 참새를 쫓는 허수아비를 세웠다. 새들은 익은 이삭을 좋아해서 가을이면 떼를 지어 온다.',
  },
  {
    ...{ folder: 'garden', title: '나비' },
    text: '나는 오늘 꽃밭에서 흰 나비를 세었다. 나비는 꽃가루를 옮겨 주지만 애벌레는 배추 잎을 갉아 먹는다.',
  },
  {
    ...{ folder: 'garden', title: '연못' },
    text: '나는 오늘 연못의 물을 갈았다. 이끼를 걷어 내고 금붕어가 숨을 수 있도록 수초를 다시 띄운다.',
  },
  {
    ...{ folder: 'garden', title: '장미' },
    text: '나는 지금 장미의 마른 가지를 자르고 있다. 눈 바로 위에서 비스듬히 자르면 새순이 튼튼하게 나온다.',
  },
  {
    ...{ folder: 'garden', title: '물뿌리개' },
    text: '나는 오늘 물뿌리개로 화분에 물을 주었다. 한낮을 피해 이른 아침이나 해가 진 뒤에 주는 것이 좋다.',
  },
  {
    ...{ folder: 'garden', title: '퇴비' },
    text: '나는 오늘 마른 풀과 재를 뒤섞었다. 한 달에 한 번 뒤집어 주면 냄새가 없는 검은 퇴비가 된다.',
  },
  {
    ...{ folder: 'garden', title: '울타리' },
    text: '나는 오늘 낮은 울타리를 고쳤다. 썩은 말뚝을 뽑고 새 말뚝을 박은 다음 대나무를 엮어 두른다.',
  },
  {
    ...{ folder: 'shared', title: '차례' },
    text: '이 도움말은 두 부분으로 되어 있다. 앞의 것은 부엌에서 하는 일이고 뒤의 것은 마당에서 하는 일이다.',
  },
];

/** Every page by its path below the folder of texts. */
export const koreanPages: Readonly<Record<string, string>> = Object.fromEntries(
  pages.map((page, at) => [`${page.folder}/${String(at + 1).padStart(2, '0')}.html`, htmlOf(page)]),
);

export const koreanTitles: readonly string[] = pages.map(({ title }) => title);

/** @returns the text of a page, as a person would ask about it */
export function koreanText(title: string): string {
  const page = pages.find((it) => it.title === title);
  if (page === undefined) throw new Error(`no page has the title ${title}`);
  return page.text;
}

function htmlOf({ title, text }: Page): string {
  return `<!DOCTYPE html>
<html lang="ko"><head><meta charset="utf-8"><title>${title}</title></head>
<body><header>머리글 위쪽</header><aside><nav>찾아보기 위쪽</nav></aside>
<h1>${title}</h1>
<p>${text}</p>
<footer><p>꼬리말 아래쪽</p><p>Title is: ${title}</p></footer></body></html>
`;
}
